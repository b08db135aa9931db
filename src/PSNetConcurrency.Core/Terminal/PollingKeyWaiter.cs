using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>Linux: a thread sleeps in poll(2) until standard input has something, or it is to end.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PollingKeyWaiter : KeyWaiter
{
    private const int StandardInput = 0;

    private readonly SemaphoreSlim _wanted = new(0);
    private readonly int _wake = Libc.EventFd(0, Libc.CloseOnExec | Libc.NonBlocking);
    private readonly Thread _thread;
    private volatile TaskCompletionSource<bool>? _waiting;
    private volatile bool _over;

    public PollingKeyWaiter()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Terminal keys" };
        _thread.Start();
    }

    public override Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        // Who gave up waiting and comes again finds the wait still under way.
        if (_waiting is not { } waiting)
        {
            waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting = waiting;
            _wanted.Release();
        }
        return waiting.Task.WaitAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && !_over)
        {
            _over = true;
            ulong one = 1;
            _ = Libc.Write(_wake, &one, sizeof(ulong));
            _wanted.Release();
            // At once: nothing else is done in that thread.
            _thread.Join();
            _ = Libc.Close(_wake);
            _wanted.Dispose();
        }
    }

    private void Run()
    {
        while (true)
        {
            _wanted.Wait();
            if (_over)
            {
                _waiting?.TrySetResult(false);
                return;
            }
            bool more = Libc.PollEither(StandardInput, _wake, out bool hungUp) && !hungUp;
            TaskCompletionSource<bool>? waiting = _waiting;
            _waiting = null;
            waiting?.TrySetResult(more && !_over);
        }
    }
}
