using System.Collections.Concurrent;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

/// <summary>A terminal whose keys a test presses and whose screen it sees.</summary>
internal sealed class FakeTerminal(int columns = 100, int rows = 20) : ITerminal, IDisposable
{
    private readonly ConcurrentQueue<ConsoleKeyInfo> _keys = new();
    private readonly SemaphoreSlim _pressed = new(0);
    private readonly VirtualScreen _screen = new(columns, rows);

    public event Action? Resized;

    public event Action? Resumed;

    public int Columns => columns;

    public int Rows => rows;

    public bool HasColor { get; init; }

    public bool HasUnicode { get; init; } = true;

    public VirtualScreen Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen;
            }
        }
    }

    public int KeysLeft => _keys.Count;

    public static ConsoleKeyInfo Key(ConsoleKey key, ConsoleModifiers modifiers = 0, char character = '\0') =>
        new(character, key, modifiers.HasFlag(ConsoleModifiers.Shift), modifiers.HasFlag(ConsoleModifiers.Alt), modifiers.HasFlag(ConsoleModifiers.Control));

    /// <summary>Text as it is typed: '\n' is Enter.</summary>
    public static IEnumerable<ConsoleKeyInfo> Keys(string text) => text.Select(c => c switch
    {
        '\n' => Key(ConsoleKey.Enter, 0, '\r'),
        '\t' => Key(ConsoleKey.Tab, 0, '\t'),
        '\x1b' => Key(ConsoleKey.Escape, 0, '\x1b'),
        _ => Key(0, 0, c),
    });

    public void Press(params IEnumerable<ConsoleKeyInfo> keys)
    {
        foreach (ConsoleKeyInfo key in keys)
        {
            _keys.Enqueue(key);
        }
        _pressed.Release();
    }

    public void Type(string text) => Press(Keys(text));

    public void Resize() => Resized?.Invoke();

    public void Resume() => Resumed?.Invoke();

    /// <summary>Every line ever shown.</summary>
    public string[] Lines()
    {
        lock (_screen)
        {
            return [.. _screen.Lines];
        }
    }

    /// <summary>The lines on the screen now.</summary>
    public string[] VisibleLines()
    {
        lock (_screen)
        {
            return [.. _screen.Lines.Skip(_screen.ScrolledAway)];
        }
    }

    public async Task<bool> WaitForKeyAsync(CancellationToken cancellationToken)
    {
        while (_keys.IsEmpty)
        {
            await _pressed.WaitAsync(cancellationToken);
        }
        return true;
    }

    public bool TryReadKey(out ConsoleKeyInfo key) => _keys.TryDequeue(out key);

    public void Dispose() => _pressed.Dispose();

    public void Write(string text)
    {
        lock (_screen)
        {
            _screen.Write(text);
        }
    }
}
