namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>What the screen is told.</summary>
internal sealed record ChatScreenOptions
{
    /// <summary>The folder that paths are told from, and that files go to.</summary>
    public required string Folder { get; init; }

    /// <summary>Numbers of bytes as people read them.</summary>
    public required Func<double, string> FormatBytes { get; init; }

    /// <summary>Whether colours are wanted, where the terminal has them.</summary>
    public bool Color { get; init; } = true;

    /// <summary>Whether the peer stops when the screen is left: then what is under way is waited for a moment.</summary>
    public bool PeerEnds { get; init; }

    /// <summary>Whether the messages of the session are wanted when it is over.</summary>
    public bool KeepMessages { get; init; }

    /// <summary>How long a line that was sent is held back for its mark.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1.5);
}
