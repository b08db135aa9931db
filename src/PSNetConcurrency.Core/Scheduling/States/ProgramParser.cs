using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling.States;

/// <summary>
/// Reads programs as OSTEP's process-run.py takes them: 'c7,i,c1' (its -P) computes for 7 ticks, does input or output,
/// computes for one; '5:80' (its -l) has 5 instructions, each of which computes with a probability of 80 percent and does
/// input or output otherwise. One text may hold several: 'c7,i:c3' and '5:80,3:100', as its options do.
/// </summary>
internal sealed class ProgramParser(long seed)
{
    private readonly PythonRandom _random = new(seed);
    private readonly List<ProcessInstruction[]> _programs = [];
    private int _instructions;

    /// <summary>The instructions of each program read so far.</summary>
    public IReadOnlyList<ProcessInstruction[]> Programs => _programs;

    /// <summary>Adds the programs of a text. Fails with <see cref="NetError.ProgramInvalid"/>, which tells the place, and <see cref="NetError.SimulationTooLarge"/>.</summary>
    public void Add(string text)
    {
        string first = text.TrimStart();
        if (first.Length == 0)
        {
            throw Invalid(text, "it is empty");
        }
        // Whatever begins a number, so that a negative one is called so.
        bool isList = char.IsAsciiDigit(first[0]) || first[0] is '-' or '+' or '.';
        foreach ((string part, int at) in ProgramWords.Split(text, isList ? ',' : ':'))
        {
            if (_programs.Count == ProcessStateOptions.MaximumProcesses)
            {
                throw new NetException(NetError.SimulationTooLarge, string.Create(CultureInfo.InvariantCulture, $"There are more than {ProcessStateOptions.MaximumProcesses} programs. Give fewer."), text);
            }
            List<ProcessInstruction> code = [];
            if (isList)
            {
                ReadDescription(text, part, at, code);
            }
            else
            {
                ReadSteps(text, part, at, code);
            }
            _programs.Add([.. code]);
        }
    }

    private void ReadSteps(string text, string program, int offset, List<ProcessInstruction> code)
    {
        foreach ((string step, int at) in ProgramWords.Split(program, ',', offset))
        {
            switch (step.Length == 0 ? '\0' : step[0])
            {
                case 'c':
                    int ticks = Count(text, step[1..], step, at, "c takes the number of ticks to compute, as in c7");
                    code.AddRange(Enumerable.Repeat(ProcessInstruction.Cpu, ticks));
                    break;
                case 'i' when step.Length == 1:
                    AddIo(text, code);
                    break;
                case 'i':
                    throw Invalid(text, $"'{step}' {Place(at)}: i takes no number; -IoLength says how long all input and output is");
                case '\0':
                    throw Invalid(text, $"an instruction is missing {Place(at)}");
                default:
                    throw Invalid(text, $"'{step}' {Place(at)} is neither c and a number, to compute, nor i, for input or output");
            }
        }
    }

    private void ReadDescription(string text, string description, int offset, List<ProcessInstruction> code)
    {
        (string Word, int At)[] halves = [.. ProgramWords.Split(description, ':', offset)];
        if (halves.Length != 2)
        {
            throw Invalid(text, $"'{description}' {Place(offset)} is not length:percent, such as 5:80");
        }
        (string percent, int place) = halves[1];
        if (!double.TryParse(percent, NumberStyles.Float, CultureInfo.InvariantCulture, out double chance) || !(chance is >= 0 and <= 100))
        {
            throw Invalid(text, $"'{percent}' {Place(place)} is no percentage from 0 to 100, which is how probably an instruction computes");
        }
        int length = Count(text, halves[0].Word, halves[0].Word, offset, "the length is the number of instructions, as in 5:80", add: false);
        for (int n = 0; n < length; n++)
        {
            if (_random.NextDouble() < chance / 100.0)
            {
                Grow(text, 1);
                code.Add(ProcessInstruction.Cpu);
            }
            else
            {
                AddIo(text, code);
            }
        }
    }

    private void AddIo(string text, List<ProcessInstruction> code)
    {
        Grow(text, 2);
        code.Add(ProcessInstruction.Io);
        code.Add(ProcessInstruction.IoDone);
    }

    private int Count(string text, string number, string what, int at, string rule, bool add = true)
    {
        if (!double.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value))
        {
            throw Invalid(text, $"'{what}' {Place(at)}: {rule}");
        }
        if (value < 0)
        {
            throw Invalid(text, $"'{what}' {Place(at)} is negative: {rule}");
        }
        int count = (int)Math.Min(value, int.MaxValue);
        if (add)
        {
            Grow(text, count);
        }
        return count;
    }

    private void Grow(string text, int more)
    {
        if (more > ProcessStateOptions.MaximumInstructions - _instructions)
        {
            throw new NetException(NetError.SimulationTooLarge, string.Create(CultureInfo.InvariantCulture, $"With program {Named(text)} there are more than {ProcessStateOptions.MaximumInstructions:N0} instructions. Make it shorter."), text);
        }
        _instructions += more;
    }

    private NetException Invalid(string text, string what) =>
        new(NetError.ProgramInvalid, string.Create(CultureInfo.InvariantCulture, $"Program {Named(text)} can't be read: {what}. Write programs as 'c7,i,c1' or '5:80'."), text);

    // By its number too: of long programs only the beginning is shown.
    private string Named(string text) => string.Create(CultureInfo.InvariantCulture, $"{_programs.Count + 1}, '{(text.Length > 60 ? text[..60] + "…" : text)}',");

    private static string Place(int at) => string.Create(CultureInfo.InvariantCulture, $"at character {at + 1}");
}
