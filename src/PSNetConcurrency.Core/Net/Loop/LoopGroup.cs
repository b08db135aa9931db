namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// The process's loops, shared: one for each processor at most (two at least, so that a client and a server in one
/// process do not take turns), started when needed and ended with their last user.
/// </summary>
public static class LoopGroup
{
    private static readonly object Gate = new();
    private static readonly List<(EventLoop Loop, int Users)> Loops = [];

    private static int Limit => Math.Max(2, Environment.ProcessorCount);

    /// <summary>The loop with the fewest users; give it back with <see cref="Return"/>.</summary>
    public static EventLoop Rent()
    {
        lock (Gate)
        {
            int least = -1;
            for (int i = 0; i < Loops.Count; i++)
            {
                if (least < 0 || Loops[i].Users < Loops[least].Users)
                {
                    least = i;
                }
            }
            if (least < 0 || (Loops[least].Users > 0 && Loops.Count < Limit))
            {
                EventLoop loop = EventLoop.Start();
                Loops.Add((loop, 1));
                return loop;
            }
            Loops[least] = (Loops[least].Loop, Loops[least].Users + 1);
            return Loops[least].Loop;
        }
    }

    /// <summary>Ends the loop when nobody else uses it, and then waits for its thread to be gone.</summary>
    public static void Return(EventLoop loop)
    {
        lock (Gate)
        {
            int i = Loops.FindIndex(l => l.Loop == loop);
            if (i < 0)
            {
                return;
            }
            if (Loops[i].Users > 1)
            {
                Loops[i] = (loop, Loops[i].Users - 1);
                return;
            }
            Loops.RemoveAt(i);
        }
        loop.Stop();
        loop.Join(TimeSpan.FromSeconds(5));
    }
}
