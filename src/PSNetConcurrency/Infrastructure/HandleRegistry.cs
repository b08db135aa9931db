using System.Management.Automation.Runspaces;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Infrastructure;

/// <summary>
/// Everything that was started and lives on between calls, by the runspace that started it. Static, because import and
/// removal of the module run on different instances; emptied when the module is removed, the runspace closes or the process ends.
/// </summary>
internal static class HandleRegistry
{
    private const int KeptWhenStopped = 64, KeptChildren = 1024;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    // What has not ended by then is killed, well within the limit.
    private static readonly TimeSpan ChildGrace = TimeSpan.FromSeconds(2);
    private static readonly object Gate = new();
    private static readonly List<Entry> Entries = [];

    private sealed record Entry(Guid Runspace, object Handle, Func<Task> Stop, Func<bool> IsOver, int Kept = KeptWhenStopped);

    public static Guid CurrentRunspace => Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    public static void Add(NetListener listener) => Add(new Entry(CurrentRunspace, listener, () => listener.StopAsync(TimeSpan.Zero), () => listener.State == ListenerState.Stopped));

    public static void Add(TcpSession session) => Add(new Entry(CurrentRunspace, session, () =>
    {
        session.Dispose();
        return Task.CompletedTask;
    }, () => session.State == TcpSessionState.Closed));

    /// <summary>Keeps a child process; one that is detached outlives what it was started from.</summary>
    public static void Add(ChildProcess child, bool detached) => Add(new Entry(CurrentRunspace, child,
        () => detached ? Task.CompletedTask : child.StopAsync(ChildGrace, includeDescendants: true),
        () => !child.IsAlive && !child.HasMoreData && (child.Failure is null || ChildOutput.Of(child).FailureTold), KeptChildren));

    public static void Add(ChildProcessPool pool) => Add(new Entry(CurrentRunspace, pool, pool.CloseAsync, () => pool.State == ChildProcessPoolState.Closed));

    public static void Add(FleetSchedule schedule) => Add(new Entry(CurrentRunspace, schedule, schedule.StopAsync, () => schedule.State != FleetScheduleState.Running));

    public static void Remove(object handle)
    {
        lock (Gate)
        {
            Entries.RemoveAll(e => e.Handle == handle);
        }
    }

    /// <summary>The handles of one type in this runspace, in the order they were started.</summary>
    public static IReadOnlyList<T> Get<T>()
    {
        Guid runspace = CurrentRunspace;
        lock (Gate)
        {
            return Entries.Where(e => e.Runspace == runspace).Select(e => e.Handle).OfType<T>().ToArray();
        }
    }

    /// <summary>Stops all that a runspace started (null: that any started) and waits, not for ever, until it is released. May be called again.</summary>
    public static void StopAll(Guid? runspace)
    {
        Entry[] mine;
        lock (Gate)
        {
            mine = Entries.Where(e => runspace is null || e.Runspace == runspace).ToArray();
            Entries.RemoveAll(mine.Contains);
        }
        // No pipeline runs here that a pump could serve, and the runspace or process ends when this returns.
        Task.WaitAll(mine.Select(e => e.Stop()).ToArray(), StopLimit);
    }

    private static void Add(Entry entry)
    {
        lock (Gate)
        {
            // What stopped by itself stays for its events to be fetched, but not without end.
            Entry[] over = Entries.Where(e => e.Runspace == entry.Runspace && e.Kept == entry.Kept && e.IsOver()).ToArray();
            foreach (Entry old in over.Take(Math.Max(0, over.Length - entry.Kept)))
            {
                Entries.Remove(old);
            }
            Entries.Add(entry);
        }
    }
}
