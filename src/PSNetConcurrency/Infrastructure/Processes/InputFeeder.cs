using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>
/// Writes what comes piece by piece to a program's standard input: at once when the pipe is free, and what comes meanwhile
/// together, so that many short lines don't cost a wait each. Used on the pipeline thread.
/// </summary>
internal sealed class InputFeeder(ChildProcess child, CancellationToken stop)
{
    private const int Most = 256 * 1024;

    private ArrayBufferWriter<byte> _gathered = new(), _written = new();
    private Task? _sending;
    private bool _ends;

    /// <summary>Whether the program reads no more, or has ended: no failure, as of head in a shell's pipeline.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether so much waits that more should not be added before <see cref="Sending"/> has ended.</summary>
    public bool IsFull => _gathered.WrittenCount >= Most && Sending is not null;

    /// <summary>What is being written now; null for nothing.</summary>
    public Task? Sending
    {
        get
        {
            Continue();
            return _sending;
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (!IsClosed)
        {
            _gathered.Write(bytes);
            Continue();
        }
    }

    /// <summary>Ends the input after what was added; go on until <see cref="Sending"/> is null.</summary>
    public void End()
    {
        _ends = true;
        Continue();
    }

    private void Continue()
    {
        while (_sending is null or { IsCompleted: true })
        {
            Close(_sending);
            _sending = null;
            if (IsClosed)
            {
                return;
            }
            if (_gathered.WrittenCount == 0)
            {
                if (_ends)
                {
                    child.CloseInput();
                    IsClosed = true;
                }
                return;
            }
            (_gathered, _written) = (_written, _gathered);
            _gathered.ResetWrittenCount();
            _sending = child.SendAsync(_written.WrittenMemory, stop).AsTask();
        }
    }

    private void Close(Task? ended)
    {
        if (ended?.Exception?.InnerException is NetException { Error: NetError.HandleClosed })
        {
            IsClosed = true;
        }
        else
        {
            // What else it may be is thrown where the cmdlet is.
            ended?.GetAwaiter().GetResult();
        }
    }
}
