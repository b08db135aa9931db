namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>The names of Linux's signals.</summary>
internal static class SignalNames
{
    private const int FirstRealTime = 34, LastRealTime = 64;

    private static readonly string[] Names =
    [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT",
        "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    public static string Of(int signal) => signal >= 1 && signal <= Names.Length ? Names[signal - 1]
        : signal == FirstRealTime ? "SIGRTMIN"
        : signal == LastRealTime ? "SIGRTMAX"
        : signal is > FirstRealTime and < LastRealTime ? $"SIGRTMIN+{signal - FirstRealTime}"
        : $"SIG{signal}";

    /// <summary>The number of a signal by its name; 0 where there is none such.</summary>
    public static int NumberOf(string? name) => Array.IndexOf(Names, name) + 1;
}
