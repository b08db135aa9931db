using System.Runtime.InteropServices;

namespace PSNetConcurrency.Shell;

/// <summary>Ctrl+C stops the running pipeline; a request to end the process ends the session in order.</summary>
internal sealed class Signals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    public Signals(ShellSession session)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                context.Cancel = true;
                session.Interrupt();
            }),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, session, 128 + 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, session, 128 + 1)),
        ];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private static void End(PosixSignalContext context, ShellSession session, int exitCode)
    {
        context.Cancel = true;
        // On a thread of its own: leaving the process waits for signal handlers.
        new Thread(() => session.Terminate(exitCode)) { IsBackground = true, Name = "Shell termination" }.Start();
    }
}
