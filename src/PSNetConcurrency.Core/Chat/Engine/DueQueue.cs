using System.Diagnostics;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>What is to be done later, all on one timer of the loop: the earliest sets it. Whoever is called looks whether there is anything to do still.</summary>
internal sealed class DueQueue(EventLoop loop)
{
    private readonly PriorityQueue<Action, long> _due = new();
    private LoopTimer? _timer;
    private long _timerDue = long.MaxValue;

    public void Add(TimeSpan delay, Action action)
    {
        long due = Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);
        _due.Enqueue(action, due);
        if (due < _timerDue)
        {
            Set(due);
        }
    }

    public void Clear()
    {
        _due.Clear();
        _timer?.Cancel();
    }

    private void Set(long due)
    {
        _timer?.Cancel();
        _timerDue = due;
        long left = Math.Max(0, due - Stopwatch.GetTimestamp());
        _timer = loop.Schedule(TimeSpan.FromSeconds((double)left / Stopwatch.Frequency), static queue => ((DueQueue)queue!).Fire(), this);
    }

    private void Fire()
    {
        _timerDue = long.MaxValue;
        // What is added meanwhile has its time to come.
        long now = Stopwatch.GetTimestamp();
        while (_due.TryPeek(out Action? action, out long due) && due <= now)
        {
            _due.Dequeue();
            action();
        }
        if (_due.TryPeek(out _, out long next) && next < _timerDue)
        {
            Set(next);
        }
    }
}
