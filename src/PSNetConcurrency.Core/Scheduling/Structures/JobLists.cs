namespace PSNetConcurrency.Core.Scheduling.Structures;

/// <summary>Queues of jobs, of which each is in one at most: both ends are open, and appending a whole queue to another costs no more than appending a job.</summary>
internal sealed class JobLists
{
    private const int None = -1;

    private readonly int[] _next;
    private readonly int[] _head;
    private readonly int[] _tail;

    public JobLists(int jobs, int lists)
    {
        _next = new int[jobs];
        _head = new int[lists];
        _tail = new int[lists];
        Array.Fill(_head, None);
    }

    public bool IsEmpty(int list) => _head[list] == None;

    public void Append(int list, int job)
    {
        _next[job] = None;
        if (_head[list] == None)
        {
            _head[list] = job;
        }
        else
        {
            _next[_tail[list]] = job;
        }
        _tail[list] = job;
    }

    public void Prepend(int list, int job)
    {
        _next[job] = _head[list];
        if (_head[list] == None)
        {
            _tail[list] = job;
        }
        _head[list] = job;
    }

    public int Take(int list)
    {
        int job = _head[list];
        _head[list] = _next[job];
        return job;
    }

    /// <summary>Appends all of one queue to another, in their order.</summary>
    public void Move(int from, int to)
    {
        if (_head[from] == None)
        {
            return;
        }
        if (_head[to] == None)
        {
            _head[to] = _head[from];
        }
        else
        {
            _next[_tail[to]] = _head[from];
        }
        _tail[to] = _tail[from];
        _head[from] = None;
    }
}
