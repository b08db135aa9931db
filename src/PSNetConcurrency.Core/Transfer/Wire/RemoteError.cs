using System.Text.Json;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Wire;

/// <summary>A failure as it is told to the other end, and read there.</summary>
internal static class RemoteError
{
    private const int LongestMessage = 500;

    /// <summary>Writes the failure's name and words, without the folders of this machine.</summary>
    public static void Write(Utf8JsonWriter json, NetException failure, string? ownFolder = null)
    {
        json.WriteString("error", failure.Error.ToString());
        string message = failure.Message;
        if (ownFolder is not null)
        {
            message = message.Replace(Path.TrimEndingDirectorySeparator(ownFolder) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }
        json.WriteString("message", message);
    }

    /// <summary>Reads one. The words are a stranger's: bounded, and nothing in them reaches a terminal but text.</summary>
    public static NetException Read(DictionaryHeader header, string what, object? target)
    {
        NetError error = Enum.TryParse(header.GetString("error"), out NetError named) && Enum.IsDefined(named) ? named : NetError.TransferRefused;
        string words = string.Concat((header.GetString("message") ?? "").Take(LongestMessage).Select(c => char.IsControl(c) ? ' ' : c));
        return new NetException(error, words.Length > 0 ? $"{what}: {words}" : $"{what}.", target);
    }
}
