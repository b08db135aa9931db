using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency.Core.Processes.Protocol;

/// <summary>Reads what a PowerShell child sends: text until the magic, frames from there on.</summary>
internal sealed class ScriptInterpreter : IOutputInterpreter, IFrameHandler
{
    private const int MostWords = 4000;
    private readonly FrameParser _frames;
    private readonly IReadOnlyList<string> _via;
    private readonly Func<byte[], Exception?> _readCause;
    private readonly object _gate = new();
    private readonly List<byte> _prelude = [];
    private OutputBuffer? _output;
    private ChildOutcome? _outcome;
    private string? _broken;
    private int _matched;
    private bool _greeted;
    private long _consumed;
    private TaskCompletionSource? _credit;
    private bool _over;

    /// <param name="via">The words of the launcher, which is to blame when no PowerShell answers; empty for none.</param>
    /// <param name="readCause">Makes an exception of the error record that a fault carries.</param>
    public ScriptInterpreter(IReadOnlyList<string> via, Func<byte[], Exception?> readCause)
    {
        _frames = new FrameParser(this);
        _via = via;
        _readCause = readCause;
    }

    /// <summary>Called once, on the loop, when the child is warmed up.</summary>
    public Action? WhenReady { get; set; }

    /// <summary>Goes on with a process that was started ahead, where another interpreter has read its greeting.</summary>
    public void GoOn() => _greeted = true;

    public void OnStandardOutput(ReadOnlySpan<byte> bytes, OutputBuffer output)
    {
        if (_broken is not null)
        {
            return;
        }
        _output = output;
        if (!_greeted)
        {
            int taken = SeekMagic(bytes, output);
            bytes = bytes[taken..];
            if (!_greeted)
            {
                return;
            }
        }
        try
        {
            _frames.Feed(bytes);
        }
        catch (InvalidDataException e)
        {
            _broken = e.Message;
        }
    }

    public ChildOutcome? OnExit(OutputBuffer output)
    {
        lock (_gate)
        {
            _over = true;
            _credit?.TrySetResult();
        }
        if (_outcome is not null)
        {
            return _outcome;
        }
        if (_broken is not null)
        {
            return new ChildOutcome(null, new NetException(NetError.BootstrapFailed, $"The child sent what is no frame of its protocol: {_broken} Something in it writes to the descriptor that is the protocol's."));
        }
        if (_greeted)
        {
            // A signal, or a script that ended the process itself: the exit status says all.
            return null;
        }
        FlushMatched(output);
        string words = Words(output);
        return new ChildOutcome(null, _via.Count > 0
            ? new NetException(NetError.LauncherFailed, $"{string.Join(' ', _via)} ended before a PowerShell answered. {Said(words)} Try the same launcher with a plain command, and see that pwsh is found there.", _via[0])
            : new NetException(NetError.BootstrapFailed, $"PowerShell was started and ended before it took its script. {Said(words)} See that -PowerShellPath is a PowerShell of version 7.4 or later that runs on its own."));
    }

    /// <summary>Waits until no more than <see cref="Wire.InputWindow"/> of the bytes sent are not yet consumed.</summary>
    public async ValueTask WaitForCreditAsync(long sent, CancellationToken stop)
    {
        while (true)
        {
            Task credit;
            lock (_gate)
            {
                if (_over || sent - _consumed <= Wire.InputWindow)
                {
                    return;
                }
                _credit ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                credit = _credit.Task;
            }
            await credit.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    void IFrameHandler.OnFrame(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        WireReader reader = new(payload);
        switch (kind)
        {
            case FrameKind.Hello:
                // Whoever it is, it speaks the protocol.
                break;
            case FrameKind.Ready:
                WhenReady?.Invoke();
                break;
            case FrameKind.Records:
                CheckRecords(payload);
                _output!.Add(OutputKind.Records, payload);
                break;
            case FrameKind.InputConsumed:
                OnConsumed(reader.Int64());
                break;
            case FrameKind.Completed:
                _outcome = Completed(reader.Int32());
                break;
            case FrameKind.Fault:
                _outcome = Fault(ref reader);
                break;
            default:
                throw new InvalidDataException($"There is no frame of kind {(byte)kind} from a child.");
        }
    }

    // So that whoever decodes them can rely on whole ones.
    private static void CheckRecords(ReadOnlySpan<byte> records)
    {
        WireReader reader = new(records);
        while (reader.Left > 0)
        {
            int length = reader.Int32();
            if (length <= Wire.RecordHeader - 4)
            {
                throw new InvalidDataException($"A record can't be {length} bytes long.");
            }
            if (reader.Raw(length)[0] > (byte)ChildStreamKind.Progress)
            {
                throw new InvalidDataException("A record is of a stream that there is not.");
            }
        }
    }

    private static ChildOutcome Completed(int exitCode) => exitCode == 0
        ? new ChildOutcome(0, null)
        : new ChildOutcome(exitCode, new NetException(NetError.ExitCodeNotZero, $"The script ended with exit code {exitCode}.", exitCode));

    private ChildOutcome Fault(ref WireReader reader)
    {
        FaultCode code = (FaultCode)reader.Byte();
        string message = reader.RequiredText();
        byte[] cause = reader.Blob().ToArray();
        NetError error = code switch
        {
            FaultCode.ScriptFailed => NetError.ScriptFailed,
            FaultCode.ClassNotFound => NetError.ClassNotFound,
            FaultCode.RunMethodMissing => NetError.RunMethodMissing,
            FaultCode.JobUnreadable => NetError.BootstrapFailed,
            _ => throw new InvalidDataException($"There is no fault {(byte)code}."),
        };
        return new ChildOutcome(1, new NetException(error, message, inner: cause.Length == 0 ? null : _readCause(cause)));
    }

    private void OnConsumed(long bytes)
    {
        TaskCompletionSource? credit;
        lock (_gate)
        {
            _consumed += bytes;
            credit = _credit;
            _credit = null;
        }
        credit?.TrySetResult();
    }

    private int SeekMagic(ReadOnlySpan<byte> bytes, OutputBuffer output)
    {
        // What has matched so far is not text yet.
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == Wire.Magic[_matched])
            {
                if (++_matched == Wire.Magic.Length)
                {
                    Text(bytes[..Math.Max(0, i + 1 - _matched)], output);
                    _greeted = true;
                    return i + 1;
                }
                continue;
            }
            if (_matched > i)
            {
                // Began in an earlier piece, and was text after all.
                Text(Wire.Magic[..(_matched - i)], output);
            }
            // The magic's first byte comes twice in it, but never so that a match could begin inside a failed one and be missed.
            _matched = bytes[i] == Wire.Magic[0] ? 1 : 0;
        }
        Text(bytes[..Math.Max(0, bytes.Length - _matched)], output);
        return bytes.Length;
    }

    private void FlushMatched(OutputBuffer output)
    {
        if (_matched > 0)
        {
            Text(Wire.Magic[.._matched], output);
            _matched = 0;
        }
    }

    private void Text(ReadOnlySpan<byte> bytes, OutputBuffer output)
    {
        if (!bytes.IsEmpty)
        {
            output.Add(OutputKind.StandardOutput, bytes);
            for (int i = 0; i < bytes.Length && _prelude.Count < MostWords; i++)
            {
                _prelude.Add(bytes[i]);
            }
        }
    }

    // Its last words: standard error, which nobody has received yet, else what it printed.
    private string Words(OutputBuffer output)
    {
        StringBuilder words = new();
        OutputPlace place = new();
        while (words.Length < MostWords && output.TryPeek(place, out OutputChunk chunk))
        {
            if (chunk.Kind == OutputKind.StandardError)
            {
                words.Append(Encoding.UTF8.GetString(chunk.Bytes.Span[..Math.Min(chunk.Bytes.Length, MostWords)]));
            }
            output.Advance(place, chunk.Bytes.Length);
        }
        string text = words.ToString().Trim();
        return text.Length > 0 ? text : Encoding.UTF8.GetString([.. _prelude]).Trim();
    }

    private static string Said(string words) => words.Length == 0 ? "It said nothing." : $"It said: {words}{(words[^1] is '.' or '!' or '?' ? "" : ".")}";
}
