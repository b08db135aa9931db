using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>
/// The console of this process. Keys are read through the Console class, one at a time, so that what was typed ahead and not
/// read stays in its buffer for whoever reads next. The terminal's modes are the Console class's business: it turns
/// echo off with its first look for a key, and on again for child processes and when the process ends.
/// </summary>
internal sealed class ConsoleTerminal : ITerminal, IDisposable
{
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    private readonly PosixSignalRegistration[] _signals;
    private readonly KeyWaiter _waiter;

    public ConsoleTerminal()
    {
        _waiter = OperatingSystem.IsLinux() ? new PollingKeyWaiter() : new KeyWaiter();
        _signals = OperatingSystem.IsWindows() ? [] :
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resized?.Invoke()),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Resumed?.Invoke()),
        ];
    }

    public event Action? Resized;

    public event Action? Resumed;

    // A terminal that does not know its size says 0.
    public int Columns => Measure(static () => Console.WindowWidth, 80);

    public int Rows => Measure(static () => Console.WindowHeight, 24);

    /// <summary>Whether NO_COLOR (https://no-color.org) is not set.</summary>
    public static bool AllowsColor => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether what is written comes out as UTF-8 or UTF-16.</summary>
    public static bool WritesUnicode => Console.OutputEncoding.CodePage is 65001 or 1200;

    public bool HasColor { get; } = AllowsColor;

    public bool HasUnicode { get; } = OperatingSystem.IsWindows() ? WritesUnicode : LocaleIsUnicode();

    /// <summary>Why the console of this process is none that a person is before; null where it is.</summary>
    public static string? Lack() => Console.IsInputRedirected ? "the input is redirected"
        : Console.IsOutputRedirected ? "the output is redirected"
        : Environment.GetEnvironmentVariable("TERM") == "dumb" ? "TERM says that this one is dumb"
        : null;

    public Task<bool> WaitForKeyAsync(CancellationToken cancellationToken) => Console.KeyAvailable ? Task.FromResult(true) : _waiter.WaitAsync(cancellationToken);

    public bool TryReadKey(out ConsoleKeyInfo key)
    {
        if (!Console.KeyAvailable)
        {
            key = default;
            return false;
        }
        key = Console.ReadKey(intercept: true);
        return true;
    }

    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }
        _waiter.Dispose();
    }

    private static int Measure(Func<int> measure, int otherwise)
    {
        try
        {
            return measure() is > 0 and int size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }

    private static bool LocaleIsUnicode()
    {
        string locale = LocaleVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(l => !string.IsNullOrEmpty(l)) ?? "";
        return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }
}
