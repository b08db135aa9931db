using System.IO.Pipes;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>Our ends of a child's pipes, on a loop of their own.</summary>
[SupportedOSPlatform("linux")]
public sealed class PipeTests
{
    private readonly EpollLoop _loop = (EpollLoop)EventLoop.Start(new EpollLoop());

    [LinuxFact]
    public async Task A_write_to_a_child_whose_loop_is_over_is_refused_rather_than_never_answered()
    {
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        PipeWriter writer = new(_loop, TakeDescriptor(pipe), 1);
        await OnLoop(() =>
        {
            writer.Register();
            writer.Close();
        });
        End();
        NetException refused = await Assert.ThrowsAsync<NetException>(() => writer.WriteAsync(new byte[1], default).AsTask().WaitAsync(Shell.Limit));
        Assert.Equal(NetError.HandleClosed, refused.Error);
    }

    [LinuxFact]
    public async Task What_was_never_registered_deafens_nobody_when_it_is_closed()
    {
        using AnonymousPipeServerStream heard = new(PipeDirection.In), unregistered = new(PipeDirection.Out), unread = new(PipeDirection.In);
        using AnonymousPipeClientStream speaker = new(PipeDirection.Out, heard.ClientSafePipeHandle);
        Target target = new();
        await OnLoop(() =>
        {
            Assert.Equal(0, _loop.Register((int)heard.SafePipeHandle.DangerousGetHandle(), target, Libc.EpollIn));
            new PipeWriter(_loop, TakeDescriptor(unregistered), 1).Close();
            new PipeReader(_loop, TakeDescriptor(unread), OutputStream.Output, null!).Close();
        });
        speaker.Write([1]);
        await target.Heard.Task.WaitAsync(Shell.Limit);
        End();
    }

    // What is given a descriptor closes it.
    private static int TakeDescriptor(PipeStream pipe)
    {
        int fd = (int)pipe.SafePipeHandle.DangerousGetHandle();
        pipe.SafePipeHandle.SetHandleAsInvalid();
        return fd;
    }

    private async Task OnLoop(Action work)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        await done.Task.WaitAsync(Shell.Limit);
    }

    private void End()
    {
        _loop.Stop();
        _loop.Join(Shell.Limit);
    }

    private sealed class Target : IEpollTarget
    {
        public TaskCompletionSource Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Ready(int events) => Heard.TrySetResult();
    }
}
