using System.Text.Json;
using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling.States;

namespace PSNetConcurrency.Core.Tests.Batch;

/// <summary>Simulated process states, against answers of OSTEP's process-run.py and by what must hold of any of them.</summary>
public class ProcessStateTests
{
    private static readonly Gen<string> AnyProgram = Gen.OneOf(Gen.Int[0, 4].Select(n => $"c{n}"), Gen.Const("i")).Array[1, 5].Select(steps => string.Join(',', steps));

    private static readonly Gen<ProcessStateOptions> AnyOptions = Gen.Select(Gen.Enum<ProcessSwitch>(), Gen.Enum<IoCompletion>(), Gen.Int[0, 6],
        (s, d, l) => new ProcessStateOptions { SwitchOn = s, IoDone = d, IoLength = l });

    [Fact]
    public void It_answers_as_process_run_py()
    {
        using Stream stream = typeof(ProcessStateTests).Assembly.GetManifestResourceStream("ostep.json")!;
        JsonElement[] cases = [.. JsonDocument.Parse(stream).RootElement.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("simulator").GetString() == "process-run")];
        Assert.Equal(31, cases.Length);
        Assert.All(cases, c =>
        {
            ProcessStateOptions options = new()
            {
                SwitchOn = c.GetProperty("switch").GetString() == "SWITCH_ON_IO" ? ProcessSwitch.Io : ProcessSwitch.End,
                IoDone = c.GetProperty("iodone").GetString() == "IO_RUN_LATER" ? IoCompletion.RunLater : IoCompletion.RunImmediate,
                IoLength = c.GetProperty("iolength").GetInt32(),
            };
            (ProcessStateSimulator simulator, List<ProcessStateRow> rows) = Run(options, c.GetProperty("program").GetString()!);
            Assert.Equal(c.GetProperty("rows").EnumerateArray().Select(r => (r.GetProperty("tick").GetInt64(), r.GetProperty("ioDone").GetBoolean(), r.GetProperty("cpu").GetBoolean(),
                string.Join(' ', r.GetProperty("states").EnumerateArray()))), rows.Select(r => (r.Tick, r.IsIoDone, r.CpuBusy, string.Join(' ', r.Label))));
            Assert.Equal((c.GetProperty("totalTime").GetInt64(), c.GetProperty("cpuBusy").GetInt64(), c.GetProperty("ioBusy").GetInt64()), (simulator.TotalTime, simulator.CpuBusy, simulator.IoBusy));
        });
    }

    // python3 process-run.py -s 1 -l 5:50,4:30
    [Fact]
    public void A_program_of_chances_is_the_one_that_Python_draws()
    {
        ProgramParser parser = new(seed: 1);
        parser.Add("5:50, 4:30");
        Assert.Equal(["C I I C C", "I I I C"], parser.Programs.Select(p => string.Join(' ', p.Where(i => i != ProcessInstruction.IoDone).Select(i => i.ToString()[0]))));
    }

    // random.seed(n, version=1), then the first, the second and the 1003rd of random.random()
    [Theory]
    [InlineData(0, 0.8444218515250481, 0.7579544029403025, 0.7786177341461099)]
    [InlineData(42, 0.6394267984578837, 0.025010755222666936, 0.5444658614821449)]
    [InlineData(-7, 0.32383276483316237, 0.15084917392450192, 0.8570701112328519)]
    [InlineData(1099511627781, 0.5043802970418443, 0.2686044399723282, 0.05800478029533207)]
    [InlineData(long.MinValue, 0.5534639983914199, 0.9406144709090462, 0.7197153463542808)]
    public void Random_numbers_are_Pythons(long seed, double first, double second, double last)
    {
        PythonRandom random = new(seed);
        double[] numbers = [.. Enumerable.Range(0, 1003).Select(_ => random.NextDouble())];
        Assert.Equal((first, second, last), (numbers[0], numbers[1], numbers[^1]));
    }

    [Fact]
    public void Whatever_the_rules_every_instruction_is_carried_out_once_and_one_at_a_time() =>
        Gen.Select(AnyProgram.Array[1, 5], AnyOptions).Sample((programs, options) =>
        {
            (ProcessStateSimulator simulator, List<ProcessStateRow> rows) = Run(options, programs);
            for (int process = 0; process < programs.Length; process++)
            {
                ProgramParser alone = new(0);
                alone.Add(programs[process]);
                Assert.Equal(alone.Programs[0], rows.Where(r => r.Process == process).Select(r => r.Instruction!.Value));
            }
            Assert.All(rows, r => Assert.InRange(r.State.Count(s => s == SimulatedState.Running), 0, 1));
            // What has the processor is running, and nothing that is under way is forgotten.
            Assert.All(rows, r => Assert.True(r.Process is not { } p || r.State[p] == SimulatedState.Running));
            Assert.All(rows, r => Assert.Equal(r.State.Count(s => s == SimulatedState.Blocked), r.IoOutstanding));
            Assert.Equal((rows.Count, rows.LongCount(r => r.CpuBusy), rows.LongCount(r => r.IoOutstanding > 0)), (simulator.TotalTime, simulator.CpuBusy, simulator.IoBusy));
        }, iter: 300);

    [Fact]
    public void The_bars_of_a_process_are_its_running_and_blocked_ticks() =>
        Gen.Select(AnyProgram.Array[1, 5], AnyOptions).Sample((programs, options) =>
        {
            (ProcessStateSimulator simulator, List<ProcessStateRow> rows) = Run(options, programs);
            StateTimeline timeline = new(programs.Length);
            rows.ForEach(timeline.Add);
            GanttSegment[] bars = timeline.End(simulator.TotalTime);
            for (int process = 0; process < programs.Length; process++)
            {
                string[] ticks = [.. rows.Select(_ => "")];
                foreach (GanttSegment bar in bars.Where(b => b.Lane == $"P{process}"))
                {
                    for (int tick = (int)bar.Start; tick < bar.End; tick++)
                    {
                        Assert.Equal("", ticks[tick]);
                        ticks[tick] = bar.Label;
                    }
                }
                Assert.Equal(rows.Select(r => r.State[process] is SimulatedState.Running or SimulatedState.Blocked ? r.State[process].ToString() : ""), ticks);
            }
        }, iter: 200);

    [Fact]
    public void Events_tell_what_happened_in_their_order()
    {
        List<ProcessStateRow> rows = Run(new() { IoLength = 2, IoDone = IoCompletion.RunImmediate }, "i", "c9").Rows;
        Assert.Equal(
            ["P0 runs; P0 blocked; P1 runs", "", "", "P0 I/O done; P1 preempted; P0 runs; P0 done; P1 runs"],
            rows.Take(4).Select(r => r.Event));
        Assert.Equal("P1 done", rows[^1].Event);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("c7,x", "'x' at character 4 is neither c")]
    [InlineData("c7:i,,c1", "an instruction is missing at character 6")]
    [InlineData("c-3", "'c-3' at character 1 is negative")]
    [InlineData("c2,c", "'c' at character 4: c takes the number")]
    [InlineData("c1.5", "'c1.5' at character 1: c takes the number")]
    [InlineData("i5", "i takes no number; -IoLength")]
    [InlineData("-5:50", "'-5' at character 1 is negative")]
    [InlineData("5:50,5", "'5' at character 6 is not length:percent")]
    [InlineData("5:50:1", "'5:50:1' at character 1 is not length:percent")]
    [InlineData("5:101", "'101' at character 3 is no percentage")]
    [InlineData("5:-1", "'-1' at character 3 is no percentage")]
    [InlineData("5:NaN", "'NaN' at character 3 is no percentage")]
    [InlineData("x:5", "'x' at character 1 is neither c")]
    public void A_program_that_can_not_be_read_says_where(string program, string words)
    {
        ProgramParser parser = new(0);
        parser.Add("c1");
        NetException failure = Assert.Throws<NetException>(() => parser.Add(program));
        Assert.Equal((NetError.ProgramInvalid, program), (failure.Error, failure.Target));
        Assert.Contains($", '{program}', can't be read: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c1000001")]
    [InlineData("c99999999999999999999")]
    [InlineData("c999999,i")]
    [InlineData("1000001:100")]
    [InlineData("500001:0")]
    public void There_is_a_limit_to_instructions(string program)
    {
        NetException failure = Assert.Throws<NetException>(() => new ProgramParser(0).Add(program));
        Assert.Equal((NetError.SimulationTooLarge, program), (failure.Error, failure.Target));
    }

    [Fact]
    public void There_is_a_limit_to_programs_and_ticks()
    {
        Assert.Equal(NetError.SimulationTooLarge, Assert.Throws<NetException>(() => new ProgramParser(0).Add(string.Join(':', Enumerable.Repeat("c1", 1001)))).Error);
        Assert.Equal(NetError.SimulationTooLarge, Assert.Throws<NetException>(() => Run(new() { IoLength = 1_000_000 }, "i,i,i,i,i,i,i,i,i,i,i")).Error);
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => Run(new() { IoLength = -1 }, "i")).Error);
    }

    private static (ProcessStateSimulator Simulator, List<ProcessStateRow> Rows) Run(ProcessStateOptions options, params string[] programs)
    {
        ProgramParser parser = new(0);
        Array.ForEach(programs, parser.Add);
        ProcessStateSimulator simulator = new(parser.Programs, options);
        return (simulator, [.. simulator.Run()]);
    }
}
