using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>The loop that serves all children, as long as there are any and a moment longer, so that one after the other does not start a thread each.</summary>
internal static class ChildLoop
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(3);

    private static readonly object Gate = new();
    private static readonly Timer Release = new(static _ => ReleaseIfIdle());
    private static EventLoop? s_loop;
    private static int s_children;

    public static EventLoop Enter()
    {
        lock (Gate)
        {
            s_loop ??= LoopGroup.Rent();
            s_children++;
            return s_loop;
        }
    }

    public static void Leave()
    {
        lock (Gate)
        {
            if (--s_children == 0)
            {
                Release.Change(Linger, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static void ReleaseIfIdle()
    {
        EventLoop? loop;
        lock (Gate)
        {
            if (s_children > 0 || s_loop is null)
            {
                return;
            }
            loop = s_loop;
            s_loop = null;
        }
        LoopGroup.Return(loop);
    }
}
