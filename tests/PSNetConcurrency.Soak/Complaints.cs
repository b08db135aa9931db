using System.Collections.Concurrent;
using System.Diagnostics;

namespace PSNetConcurrency.Soak;

/// <summary>What nobody above could catch: exceptions that came out of a loop, and of tasks that nobody awaited.</summary>
internal sealed class Complaints : TraceListener
{
    private readonly ConcurrentQueue<string> _all = new();

    public Complaints()
    {
        // The loops report here what has nobody else to be told.
        Trace.Listeners.Clear();
        Trace.Listeners.Add(this);
        TaskScheduler.UnobservedTaskException += (_, e) => _all.Enqueue($"Nobody observed: {e.Exception}");
    }

    public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? message) => _all.Enqueue(message ?? "");

    public override void Write(string? message) => _all.Enqueue(message ?? "");

    public override void WriteLine(string? message) => _all.Enqueue(message ?? "");

    public void Throw()
    {
        if (_all.TryDequeue(out string? first))
        {
            throw new SoakException($"Thrown where nobody catches it: {first}");
        }
    }
}
