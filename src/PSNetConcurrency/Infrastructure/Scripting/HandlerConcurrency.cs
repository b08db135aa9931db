namespace PSNetConcurrency;

/// <summary>How many messages a server's script block handles at once.</summary>
public enum HandlerConcurrency
{
    /// <summary>One at a time, whoever sent it: the block needs no locks.</summary>
    Serial,

    /// <summary>Messages of different clients at once, each in a runspace of its own.</summary>
    Parallel,
}
