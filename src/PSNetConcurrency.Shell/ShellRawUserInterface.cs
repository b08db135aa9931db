using System.Management.Automation;
using System.Management.Automation.Host;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Shell;

/// <summary>The terminal as cells and keys. What the Console class cannot do on every system says so.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    public override ConsoleColor ForegroundColor
    {
        get => Console.ForegroundColor;
        set => Console.ForegroundColor = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => Console.BackgroundColor;
        set => Console.BackgroundColor = value;
    }

    public override Coordinates CursorPosition
    {
        get
        {
            if (Console.IsOutputRedirected || Console.IsInputRedirected)
            {
                return default;
            }
            (int left, int top) = Console.GetCursorPosition();
            return new Coordinates(left, top);
        }
        set => Console.SetCursorPosition(value.X, value.Y);
    }

    public override Coordinates WindowPosition
    {
        get => default;
        set => throw NotSupported();
    }

    public override int CursorSize
    {
        get => 25;
        set => throw NotSupported();
    }

    public override Size BufferSize
    {
        get => new(Terminal.Columns, Terminal.Rows);
        set => throw NotSupported();
    }

    public override Size WindowSize
    {
        get => new(Terminal.Columns, Terminal.Rows);
        set => throw NotSupported();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override bool KeyAvailable => Terminal.InputIsTerminal && Console.KeyAvailable;

    public override string WindowTitle
    {
        get => OperatingSystem.IsWindows() ? Console.Title : "";
        set
        {
            if (Terminal.OutputIsTerminal)
            {
                Console.Title = value;
            }
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        ConsoleKeyInfo key = Console.ReadKey(intercept: (options & ReadKeyOptions.NoEcho) != 0);
        ControlKeyStates states = 0;
        states |= key.Modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : 0;
        states |= key.Modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : 0;
        states |= key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : 0;
        return new KeyInfo((int)key.Key, key.KeyChar, states, keyDown: (options & ReadKeyOptions.IncludeKeyDown) != 0);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public override int LengthInBufferCells(char source) => CellWidth.Of(source.ToString());

    public override int LengthInBufferCells(string source) => CellWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => CellWidth.Of(source.AsSpan(offset));

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NotSupported();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NotSupported();

    /// <summary>Clear-Host fills everything with spaces; a part of the screen is not supported.</summary>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (rectangle is not { Left: -1, Top: -1, Right: -1, Bottom: -1 })
        {
            throw NotSupported();
        }
        if (Terminal.OutputIsTerminal)
        {
            Console.Clear();
        }
    }

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw NotSupported();

    private static PSNotSupportedException NotSupported() => new("This embedded shell does not address the screen by cells.");
}
