using System.Text;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>Starts programs as the tests need them.</summary>
internal static class Shell
{
    /// <summary>Far beyond what anything here takes on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static ChildProcessOptions Script(string script, params string[] arguments) =>
        new() { FilePath = "/bin/sh", Arguments = ["-c", script, "sh", .. arguments] };

    public static ChildProcess Start(string script, params string[] arguments) => ChildProcess.Start(Script(script, arguments));

    /// <summary>Waits for the end, and then reads all.</summary>
    public static async Task<(string Output, string Error)> EndAsync(this ChildProcess child)
    {
        Assert.True(await child.WaitAsync(Limit, default), $"{child.Command} does not end.");
        return await ReadAllAsync(child);
    }

    /// <summary>Reads until the child is gone.</summary>
    public static async Task<(string Output, string Error)> ReadAllAsync(this ChildProcess child, OutputPlace? place = null)
    {
        using CancellationTokenSource limit = new(Limit);
        MemoryStream output = new(), error = new();
        while (await child.Output.WaitToReadAsync(place, limit.Token))
        {
            Assert.True(child.Output.TryPeek(place, out OutputChunk chunk));
            (chunk.Kind == OutputKind.StandardError ? error : output).Write(chunk.Bytes.Span);
            child.Output.Advance(place, chunk.Bytes.Length);
        }
        return (Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length), Encoding.UTF8.GetString(error.GetBuffer(), 0, (int)error.Length));
    }

    /// <summary>Waits until standard output begins with so many lines, and returns them; they stay to be read.</summary>
    public static async Task<string[]> LinesAsync(this ChildProcess child, int count)
    {
        using CancellationTokenSource limit = new(Limit);
        OutputPlace place = new();
        StringBuilder text = new();
        while (text.ToString().Count(c => c == '\n') < count)
        {
            Assert.True(await child.Output.WaitToReadAsync(place, limit.Token), $"It ended early, with '{text}'.");
            Assert.True(child.Output.TryPeek(place, out OutputChunk chunk));
            text.Append(Encoding.UTF8.GetString(chunk.Bytes.Span));
            child.Output.Advance(place, chunk.Bytes.Length);
        }
        return text.ToString().Split('\n')[..count];
    }
}
