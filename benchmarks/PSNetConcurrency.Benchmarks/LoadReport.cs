using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSNetConcurrency.Benchmarks;

/// <summary>One line of a load generator.</summary>
internal sealed record LoadReport
{
    /// <summary>The seconds before anything is counted, for every load generator alike: long enough for the just-in-time compiler.</summary>
    public const string WarmUp = "1";

    [JsonPropertyName("msgs_s")]
    public double MessagesPerSecond { get; init; }

    [JsonPropertyName("p99_us")]
    public double P99 { get; init; }

    [JsonPropertyName("eofs")]
    public long EndsOfFile { get; init; }

    [JsonPropertyName("errors")]
    public long Errors { get; init; }

    /// <summary>Datagrams that were not answered.</summary>
    [JsonPropertyName("lost")]
    public long Lost { get; init; }

    /// <summary>The median error of the offset that replies of a time server had, in microseconds.</summary>
    [JsonPropertyName("offset_us_p50")]
    public double MedianOffset { get; init; }

    [JsonPropertyName("mismatches")]
    public long Mismatches { get; init; }

    /// <summary>Runs a load generator; throws where a byte was wrong or a connection failed, for then its rate means nothing.</summary>
    public static async Task<LoadReport> RunAsync(Command command, CancellationToken cancellationToken)
    {
        (int exitCode, string output) = await Programs.RunAsync(command, cancellationToken);
        if (exitCode != 0)
        {
            throw new LoadFailedException(output.Trim());
        }
        return JsonSerializer.Deserialize<LoadReport>(output)!;
    }

    /// <summary>The arguments that both load generators take, and what is judged by which.</summary>
    public static string[] Arguments(int port, LoadShape shape, double seconds) =>
        [port.ToString(), shape.Connections.ToString(), shape.Size.ToString(), seconds.ToString(CultureInfo.InvariantCulture), shape.Depth.ToString()];
}

/// <summary>A load to put on an echo server.</summary>
internal sealed record LoadShape(string Name, int Connections, int Size, int Depth);

/// <summary>A load generator saw an error or a wrong byte.</summary>
internal sealed class LoadFailedException(string report) : Exception(report);
