using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Processes;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>
/// Native programs started and waited for, against .NET's Process in turns. Ours come with pipes, a lifeline and a bounded
/// buffer; Process is given nothing of that, which is the harder rival, and once the two pipes that ours have.
/// </summary>
internal sealed class ProcessArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Bare = "Process", Piped = "Process with pipes";
    private const int Sequential = 100, Many = 200, AtOnce = 64, ManyRuns = 1;

    public string Name => "process";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        if (Programs.Find("true") is not { } program)
        {
            Console.WriteLine("process is left out: there is no program called true.");
            return true;
        }
        Measured one = new(), many = new();
        // Once for the compiler.
        await MeasureAsync(one: new(), many: new(), program, 0, cancellationToken);
        for (int round = 0; round < options.Rounds; round++)
        {
            await MeasureAsync(one, many, program, round, cancellationToken);
        }
        Table table = new($"Native programs a second: {Sequential} one after the other, and {Many} of them {AtOnce} at once, {options.Rounds} rounds",
            "contender", "one after the other", "least - most", "at once", "least - most");
        foreach (string rival in (string[])[Bare, Piped])
        {
            // 1.3 times the time of the same in .NET is allowed.
            double? bar = rival == Bare ? 0.77 : null;
            options.Ratios.Add(Name, $"{Sequential} native programs, one after the other", one, Ours, rival, bar);
            options.Ratios.Add(Name, $"{Many} native programs, {AtOnce} at once", many, Ours, rival, bar);
            table.Add($"{Ours} to {rival}", one.Ratio(Ours, rival), one.Spread(Ours, rival), many.Ratio(Ours, rival), many.Spread(Ours, rival));
        }
        table.Print();
        return true;
    }

    private static async Task MeasureAsync(Measured one, Measured many, string program, int round, CancellationToken stop)
    {
        string[] turns = [Ours, Bare, Piped];
        for (int i = 0; i < turns.Length; i++)
        {
            string who = turns[(i + round) % turns.Length];
            Func<Task> run = who == Ours ? () => OursAsync(program, stop) : () => ProcessAsync(program, who == Piped, stop);
            one.Add(who, await RateAsync(Sequential, async () =>
            {
                for (int n = 0; n < Sequential; n++)
                {
                    await run();
                }
            }));
            many.Add(who, await RateAsync(Many * ManyRuns, async () =>
            {
                for (int n = 0; n < ManyRuns; n++)
                {
                    await ThrottledAsync(run, stop);
                }
            }));
        }
    }

    private static async Task<double> RateAsync(int count, Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (Environment.GetEnvironmentVariable("PSNC_VERBOSE") is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count} in {seconds * 1000:0.0} ms"));
        }
        return count / seconds;
    }

    private static async Task ThrottledAsync(Func<Task> run, CancellationToken stop)
    {
        using SemaphoreSlim throttle = new(AtOnce);
        Task[] all = new Task[Many];
        for (int i = 0; i < Many; i++)
        {
            await throttle.WaitAsync(stop);
            all[i] = OneAsync();
        }
        await Task.WhenAll(all);

        async Task OneAsync()
        {
            try
            {
                await run();
            }
            finally
            {
                throttle.Release();
            }
        }
    }

    private static async Task OursAsync(string program, CancellationToken stop)
    {
        ChildProcess child = ChildProcess.Start(new ChildProcessOptions { FilePath = program });
        await child.WaitAsync(null, stop);
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {child.ExitCode}.");
        }
    }

    private static async Task ProcessAsync(string program, bool pipes, CancellationToken stop)
    {
        using Process process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = pipes, RedirectStandardError = pipes })!;
        if (pipes)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop), error = process.StandardError.ReadToEndAsync(stop);
            await Task.WhenAll(output, error);
        }
        await process.WaitForExitAsync(stop);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }
}
