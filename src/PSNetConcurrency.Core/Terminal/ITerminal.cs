namespace PSNetConcurrency.Core.Terminal;

/// <summary>A terminal with a person before it: keys come, text with escape sequences goes.</summary>
internal interface ITerminal
{
    int Columns { get; }

    int Rows { get; }

    /// <summary>Whether the person wants colours.</summary>
    bool HasColor { get; }

    /// <summary>Whether it shows more than ASCII.</summary>
    bool HasUnicode { get; }

    /// <summary>Its size changed.</summary>
    event Action? Resized;

    /// <summary>The process had been stopped (Ctrl+Z) and goes on: others wrote meanwhile.</summary>
    event Action? Resumed;

    /// <summary>Ends when <see cref="TryReadKey"/> has something to give. No key is taken by waiting: what is not read is the next program's.</summary>
    /// <returns>False when there will be no more keys.</returns>
    Task<bool> WaitForKeyAsync(CancellationToken cancellationToken);

    /// <summary>Takes one key, if one is there.</summary>
    bool TryReadKey(out ConsoleKeyInfo key);

    void Write(string text);
}
