using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>A piece of output as it arrived.</summary>
internal readonly record struct OutputChunk(OutputKind Kind, DateTimeOffset Time, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// What a child wrote, in the order it arrived, until it is received. Bounded: when full, the child's pipes are not read and the
/// child waits, unless somebody waits for the child; then what memory has no room for goes to a temporary file.
/// </summary>
/// <remarks>
/// Segments lie one after the other in blocks, so a child that writes a byte at a time costs little: what follows within a
/// moment lengthens the last segment, and what does not still shares its block. A full block may go to the file as a whole.
/// One reader consumes; readers with a place of their own only look. A piece shown by TryPeek stays as it is, whatever comes.
/// </remarks>
internal sealed class OutputBuffer : IDisposable
{
    // What a segment counts for beside its bytes, so that many small ones stay bounded as well.
    private const int SegmentCost = 96;
    private const int SmallestBlock = 4 * 1024, LargestBlock = 64 * 1024;

    // The time of a piece is its first byte's; this is how much older than its last that may be.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    private readonly object _gate = new();
    private readonly long _limit;
    private readonly List<TaskCompletionSource> _readers = [];
    private readonly TaskCompletionSource _spillFailed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutputSegment? _first;
    private OutputSegment? _last;
    private byte[] _block = [];
    private int _blockUsed;
    private OutputSegment? _blockFirst;
    private long _inMemory;
    private int _waiting;
    private bool _paused;
    private bool _completed;
    private bool _dropping;
    private SpillFile? _spill;
    private readonly OutputPlace _consumer = new();

    public OutputBuffer(long limit = 8 * 1024 * 1024) => _limit = limit;

    /// <summary>Called, on any thread, when there is room again after <see cref="MustPause"/> said that there was none.</summary>
    public Action? RoomAvailable { get; set; }

    /// <summary>Whether there is something that nobody has consumed.</summary>
    public bool HasData
    {
        get
        {
            lock (_gate)
            {
                return _first is not null;
            }
        }
    }

    /// <summary>Whether the reader holds a piece that it has consumed and not handed on, such as the beginning of a line.</summary>
    public bool IsHeld { get; set; }

    /// <summary>How much memory the output takes that nobody has consumed.</summary>
    public long BytesInMemory
    {
        get
        {
            lock (_gate)
            {
                return _inMemory;
            }
        }
    }

    /// <summary>Fails when what memory has no room for can't go to a file; never ends otherwise.</summary>
    public Task SpillFailed => _spillFailed.Task;

    /// <summary>Appends; called on the loop. Records are kept in one piece, as they came; bytes of a stream may be cut and joined.</summary>
    public void Add(OutputKind kind, ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource[] readers;
        lock (_gate)
        {
            if (_dropping || bytes.IsEmpty)
            {
                return;
            }
            DateTimeOffset now = DateTimeOffset.Now;
            do
            {
                int part = kind == OutputKind.Records ? bytes.Length : Math.Min(bytes.Length, Room(bytes.Length));
                if (part > _block.Length - _blockUsed)
                {
                    NewBlock(part);
                }
                Append(kind, now, bytes[..part]);
                bytes = bytes[part..];
            }
            while (!bytes.IsEmpty);
            readers = TakeReaders();
        }
        Wake(readers);
    }

    /// <summary>Looks at the first piece that is not consumed, or with a reader of its own place (<see cref="OutputPlace"/>), at the next there.</summary>
    public bool TryPeek(OutputPlace? place, out OutputChunk chunk)
    {
        lock (_gate)
        {
            place ??= _consumer;
            if (Find(place) is not { } segment)
            {
                chunk = default;
                return false;
            }
            ReadOnlyMemory<byte> bytes = segment.Block is { } block
                ? block.AsMemory(segment.Offset, segment.Length)
                : place.Loaded(segment, _spill!);
            chunk = new OutputChunk(segment.Kind, segment.Time, bytes[place.Offset..]);
            return true;
        }
    }

    /// <summary>Takes bytes off the front of the piece that TryPeek showed; with a place, only moves the place.</summary>
    public void Advance(OutputPlace? place, int bytes)
    {
        bool resume;
        lock (_gate)
        {
            OutputSegment segment = Find(place ?? _consumer) ?? throw new InvalidOperationException("There is nothing to advance over.");
            (place ?? _consumer).Offset += bytes;
            if (place is null)
            {
                segment.Consumed = _consumer.Offset;
                if (segment.Consumed == segment.Length)
                {
                    DropFirst();
                }
            }
            resume = TakeResume();
        }
        if (resume)
        {
            RoomAvailable?.Invoke();
        }
    }

    /// <summary>Waits until there is something to peek at (true), or the child is gone and all is read (false). While anyone waits so, overflow goes to a file.</summary>
    public async ValueTask<bool> WaitToReadAsync(OutputPlace? place, CancellationToken stop)
    {
        while (true)
        {
            TaskCompletionSource reader;
            lock (_gate)
            {
                if (Find(place ?? _consumer) is not null)
                {
                    return true;
                }
                if (_completed)
                {
                    return false;
                }
                reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _readers.Add(reader);
            }
            BeginWait();
            try
            {
                using (stop.UnsafeRegister(static (r, token) => ((TaskCompletionSource)r!).TrySetCanceled(token), reader))
                {
                    await reader.Task.ConfigureAwait(false);
                }
            }
            finally
            {
                EndWait();
                lock (_gate)
                {
                    _readers.Remove(reader);
                }
            }
        }
    }

    /// <summary>Somebody waits for the child: until <see cref="EndWait"/> what memory has no room for goes to a file.</summary>
    public void BeginWait()
    {
        bool resume;
        lock (_gate)
        {
            _waiting++;
            resume = TakeResume();
        }
        if (resume)
        {
            RoomAvailable?.Invoke();
        }
    }

    public void EndWait()
    {
        lock (_gate)
        {
            _waiting--;
        }
    }

    /// <summary>Whether the child's pipes are not to be read now; <see cref="RoomAvailable"/> tells when they are again.</summary>
    public bool MustPause()
    {
        lock (_gate)
        {
            _paused = _inMemory >= _limit && !_dropping && !MaySpill;
            return _paused;
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        TaskCompletionSource[] readers;
        lock (_gate)
        {
            _completed = true;
            readers = TakeReaders();
        }
        Wake(readers);
    }

    /// <summary>Nobody will receive: what is there and what comes is dropped, and its file is gone.</summary>
    public void Dispose()
    {
        bool resume;
        lock (_gate)
        {
            _dropping = true;
            while (_first is not null)
            {
                DropFirst();
            }
            _block = [];
            _blockUsed = 0;
            _spill?.Dispose();
            _spill = null;
            resume = TakeResume();
        }
        if (resume)
        {
            RoomAvailable?.Invoke();
        }
    }

    private bool MaySpill => _waiting > 0 && !_spillFailed.Task.IsCompleted;

    private static void Wake(TaskCompletionSource[] readers)
    {
        foreach (TaskCompletionSource reader in readers)
        {
            reader.TrySetResult();
        }
    }

    private TaskCompletionSource[] TakeReaders()
    {
        if (_readers.Count == 0)
        {
            return [];
        }
        TaskCompletionSource[] readers = [.. _readers];
        _readers.Clear();
        return readers;
    }

    private bool TakeResume()
    {
        if (_paused && (MaySpill || _inMemory <= _limit / 2))
        {
            _paused = false;
            return true;
        }
        return false;
    }

    // The segment that holds the next byte at a place; the place is brought there.
    private OutputSegment? Find(OutputPlace place)
    {
        if (place.Segment is null || place.Segment.IsDropped)
        {
            // All that lies before the first segment is consumed, so the place can't be further back.
            place.Segment = _first;
            place.Offset = 0;
        }
        while (place.Segment is { } segment)
        {
            place.Offset = Math.Max(place.Offset, segment.Consumed);
            if (place.Offset < segment.Length)
            {
                return segment;
            }
            if (segment.Next is null)
            {
                return null;
            }
            place.Segment = segment.Next;
            place.Offset = 0;
        }
        return null;
    }

    private void DropFirst()
    {
        OutputSegment segment = _first!;
        segment.IsDropped = true;
        if (segment.Block is not null)
        {
            _inMemory -= segment.Length + SegmentCost;
        }
        else
        {
            _spill!.Drop();
        }
        _first = segment.Next;
        if (_first is null)
        {
            _last = null;
        }
    }

    private int Room(int wanted)
    {
        if (_blockUsed == _block.Length)
        {
            NewBlock(Math.Min(wanted, LargestBlock));
        }
        return _block.Length - _blockUsed;
    }

    private void NewBlock(int needed)
    {
        if (_inMemory >= _limit && MaySpill)
        {
            SpillBlock();
        }
        // Most children write little; one that goes on gets larger blocks.
        int size = Math.Clamp(_block.Length * 4, SmallestBlock, LargestBlock);
        _block = GC.AllocateUninitializedArray<byte>(Math.Max(size, needed));
        _blockUsed = 0;
        _blockFirst = null;
    }

    private void Append(OutputKind kind, DateTimeOffset now, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_block.AsSpan(_blockUsed));
        if (_last is { } last && last.Kind == kind && kind != OutputKind.Records && last.Block == _block && now - last.Time < Moment && now >= last.Time)
        {
            last.Length += bytes.Length;
            _inMemory += bytes.Length;
        }
        else
        {
            OutputSegment segment = new(kind, now, _block, _blockUsed, bytes.Length);
            _ = _last is null ? _first = segment : _last.Next = segment;
            _last = segment;
            _blockFirst ??= segment;
            _inMemory += bytes.Length + SegmentCost;
        }
        _blockUsed += bytes.Length;
    }

    // Writes what is left of the block being filled, the newest output, to the file: what is older is wanted sooner.
    private void SpillBlock()
    {
        OutputSegment? segment = _blockFirst is { IsDropped: true } ? _first : _blockFirst;
        if (segment is null)
        {
            return;
        }
        try
        {
            _spill ??= new SpillFile();
            int start = segment.Offset;
            long position = _spill.Append(_block.AsSpan(start.._blockUsed));
            for (; segment is not null; segment = segment.Next)
            {
                _spill.Hold();
                segment.Spilled(position + segment.Offset - start);
                _inMemory -= segment.Length + SegmentCost;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The child waits then, as it does when nobody waits for it; whoever does is told.
            _spillFailed.TrySetException(new NetException(NetError.FileFailure,
                $"The output of a child process is more than memory is meant to hold, and can't be kept in a file in {Path.GetTempPath()}: {e.Message} Receive the output while it runs, or make room there.", Path.GetTempPath(), e));
        }
    }
}
