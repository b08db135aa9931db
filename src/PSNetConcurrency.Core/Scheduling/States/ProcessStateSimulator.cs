using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling.States;

/// <summary>
/// Runs programs on one processor, tick by tick, by the rules of OSTEP's process-run.py, in their order: a process whose
/// input or output is done becomes ready, or runs; the running process carries out one instruction; it is blocked, or ends.
/// </summary>
/// <remarks>
/// A program without instructions still takes the processor for a tick in which nothing is carried out, as there.
/// The processes are in the order of their programs; the next to run is the first ready one after the one that ran.
/// </remarks>
internal sealed class ProcessStateSimulator
{
    private readonly IReadOnlyList<ProcessInstruction[]> _programs;
    private readonly ProcessStateOptions _options;
    private readonly SimulatedState[] _state;
    private readonly int[] _next;
    private readonly long[] _ioEnd;
    private readonly StringBuilder _event = new();
    private int _current;
    private int _active;

    public ProcessStateSimulator(IReadOnlyList<ProcessInstruction[]> programs, ProcessStateOptions options)
    {
        if (options.IoLength is < 0 or > ProcessStateOptions.MaximumIoLength)
        {
            throw new NetException(NetError.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"The length of input and output is {options.IoLength} ticks. Give 0 to {ProcessStateOptions.MaximumIoLength:N0}."), options.IoLength);
        }
        // In no order do they take longer than one after the other.
        long most = programs.Sum(p => (long)Math.Max(1, p.Length) + (options.IoLength * p.LongCount(i => i == ProcessInstruction.Io)));
        if (most > ProcessStateOptions.MaximumTicks)
        {
            throw new NetException(NetError.SimulationTooLarge, string.Create(CultureInfo.InvariantCulture, $"The programs may take {most:N0} ticks; the limit is {ProcessStateOptions.MaximumTicks:N0}. Give shorter programs, or shorter input and output."), most);
        }
        _programs = programs;
        _options = options;
        _state = new SimulatedState[programs.Count];
        _next = new int[programs.Count];
        _ioEnd = new long[programs.Count];
        _active = programs.Count;
    }

    public long TotalTime { get; private set; }

    public long CpuBusy { get; private set; }

    public long IoBusy { get; private set; }

    /// <summary>The ticks, as they pass. To be enumerated once.</summary>
    public IEnumerable<ProcessStateRow> Run()
    {
        if (_active > 0)
        {
            Dispatch(0);
        }
        while (_active > 0)
        {
            TotalTime++;
            bool isIoDone = EndIo();
            ProcessInstruction[] program = _programs[_current];
            ProcessInstruction? instruction = _state[_current] == SimulatedState.Running && _next[_current] < program.Length ? program[_next[_current]++] : null;
            int outstanding = Outstanding();
            CpuBusy += instruction is null ? 0 : 1;
            IoBusy += outstanding > 0 ? 1 : 0;
            (SimulatedState[] states, int process) = ([.. _state], _current);
            if (instruction == ProcessInstruction.Io)
            {
                StartIo();
            }
            EndIfDone();
            yield return new ProcessStateRow
            {
                Tick = TotalTime,
                State = states,
                Process = instruction is null ? null : process,
                Instruction = instruction,
                IoOutstanding = outstanding,
                IsIoDone = isIoDone,
                Event = _event.ToString(),
            };
            _event.Clear();
        }
    }

    private bool EndIo()
    {
        bool any = false;
        for (int process = 0; process < _state.Length; process++)
        {
            if (_ioEnd[process] != TotalTime)
            {
                continue;
            }
            any = true;
            _state[process] = SimulatedState.Ready;
            Note(process, "I/O done");
            if (_options.IoDone == IoCompletion.RunImmediate)
            {
                if (_current != process && _state[_current] == SimulatedState.Running)
                {
                    _state[_current] = SimulatedState.Ready;
                    Note(_current, "preempted");
                }
                Dispatch(process);
            }
            else if (_options.SwitchOn == ProcessSwitch.End || Runnable() == 1)
            {
                // The processor was kept for it, or there is nobody else.
                Dispatch(process);
            }
            EndIfDone();
        }
        return any;
    }

    private void StartIo()
    {
        _state[_current] = SimulatedState.Blocked;
        _ioEnd[_current] = TotalTime + _options.IoLength + 1;
        Note(_current, "blocked");
        if (_options.SwitchOn == ProcessSwitch.Io)
        {
            DispatchNext();
        }
    }

    private void EndIfDone()
    {
        if (_state[_current] == SimulatedState.Running && _next[_current] == _programs[_current].Length)
        {
            _state[_current] = SimulatedState.Done;
            _active--;
            Note(_current, "done");
            DispatchNext();
        }
    }

    private void DispatchNext()
    {
        for (int step = 1; step <= _state.Length; step++)
        {
            int process = (_current + step) % _state.Length;
            if (_state[process] == SimulatedState.Ready)
            {
                Dispatch(process);
                return;
            }
        }
    }

    private void Dispatch(int process)
    {
        _current = process;
        _state[process] = SimulatedState.Running;
        Note(process, "runs");
    }

    private int Runnable() => _state.Count(s => s is SimulatedState.Ready or SimulatedState.Running);

    private int Outstanding()
    {
        int count = 0;
        foreach (long end in _ioEnd)
        {
            count += end > TotalTime ? 1 : 0;
        }
        return count;
    }

    private void Note(int process, string what) => _event.Append(_event.Length > 0 ? "; " : "").Append(CultureInfo.InvariantCulture, $"P{process} {what}");
}
