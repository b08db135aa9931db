using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>A part of a job: so much CPU time, then an I/O of so long.</summary>
/// <param name="Cpu">The CPU time; 0 only where a program begins with an I/O.</param>
/// <param name="Io">The I/O's time; null where none follows: the program is over.</param>
internal readonly record struct ProgramStep(double Cpu, double? Io);

/// <summary>Reads what a job does: c7,i,c1 as in OSTEP's process-run.py, and i20 for an I/O of 20.</summary>
internal static class JobProgram
{
    public static ProgramStep[] Parse(string program, double ioTime, string job)
    {
        List<ProgramStep> steps = [];
        double cpu = 0, computed = 0;
        foreach ((string word, int at) in ProgramWords.Split(program, ','))
        {
            double time = word.Length > 1 ? ParseTime(word.AsSpan(1)) : double.NaN;
            switch (word.Length > 0 ? char.ToLowerInvariant(word[0]) : ' ')
            {
                case 'c' when time > 0:
                    cpu += time;
                    computed += time;
                    break;
                case 'i' when word.Length == 1 || time >= 0:
                    steps.Add(new ProgramStep(cpu, word.Length == 1 ? ioTime : time));
                    cpu = 0;
                    break;
                default:
                    throw Fail(at, word.Length == 0 ? "nothing stands there" : $"'{word}' is neither c with a time above 0 (c7) nor i with or without a time (i, i20)");
            }
        }
        if (cpu > 0)
        {
            steps.Add(new ProgramStep(cpu, null));
        }
        return computed > 0 ? Merge(steps) : throw Fail(0, "nothing is computed in it");

        NetException Fail(int position, string why) =>
            new(NetError.ProgramInvalid, $"The program of job {job} can't be read at character {position + 1} of '{program}': {why}. A program is such as c7,i,c1.", program);
    }

    // Two I/Os with nothing between are one after the other.
    private static ProgramStep[] Merge(List<ProgramStep> steps)
    {
        List<ProgramStep> merged = [];
        foreach (ProgramStep step in steps)
        {
            if (step.Cpu == 0 && merged.Count > 0)
            {
                merged[^1] = merged[^1] with { Io = merged[^1].Io + step.Io };
            }
            else
            {
                merged.Add(step);
            }
        }
        return [.. merged];
    }

    private static double ParseTime(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double time) && double.IsFinite(time) ? time : double.NaN;
}
