using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Soak.Report;

namespace PSNetConcurrency.Soak;

/// <summary>Runs all scenarios side by side, compares what the process holds meanwhile, and stops at the first thing that is wrong.</summary>
internal sealed class Campaign(SoakOptions options, IReadOnlyList<IScenario> scenarios) : IDisposable
{
    // Ten, but of a short run fewer: each waits until the rounds under way are over.
    private readonly int _samples = options.Length < TimeSpan.FromMinutes(1) ? 4 : 10;

    // Far beyond what a round takes on a busy machine.
    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(90);

    private readonly Turnstile _turnstile = new();
    private readonly Complaints _complaints = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _over;

    public Figures Figures { get; } = new();

    /// <summary>How long rounds went on.</summary>
    public TimeSpan Loaded { get; private set; }

    /// <exception cref="SoakException">Something was not as it must be.</exception>
    public async Task<Flatness> RunAsync(CancellationToken stop)
    {
        foreach (IScenario scenario in scenarios)
        {
            await scenario.StartAsync(stop);
        }
        if (options.Round is { } one)
        {
            Round round = NewRound(scenarios[0], one.Worker, one.Number, stop);
            await RunAsync(scenarios[0], round);
            await SettleAsync(stop);
            return new Flatness(ResourceSample.Take(default));
        }
        Flatness flatness = new(Take(TimeSpan.Zero));
        List<Task> workers = [.. scenarios.SelectMany(s => Enumerable.Range(0, s.Workers).Select(w => Task.Run(() => WorkAsync(s, w, stop), stop)))];
        try
        {
            for (int i = 1; i <= _samples; i++)
            {
                long begin = Stopwatch.GetTimestamp();
                await Task.WhenAny(Task.Delay(options.Length / _samples, stop), _failed.Task);
                await ThrowFailureAsync(stop);
                Task empty = _turnstile.CloseAsync();
                await Task.WhenAny(empty, _failed.Task);
                await ThrowFailureAsync(stop);
                Loaded += Stopwatch.GetElapsedTime(begin);
                await SettleAsync(stop);
                flatness.Add(Take(Loaded));
                _over = i == _samples;
                _turnstile.Open();
            }
            await Task.WhenAll(workers);
        }
        finally
        {
            _over = true;
            _turnstile.Open();
        }
        return flatness;
    }

    public void Dispose() => _complaints.Dispose();

    private static ResourceSample Take(TimeSpan at)
    {
        ResourceSample sample = ResourceSample.Take(at);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{at:hh\\:mm\\:ss}  managed {sample.Managed / 1048576.0,6:0.0} MiB  working set {sample.WorkingSet / 1048576.0,6:0.0} MiB  descriptors {sample.Descriptors,4}  threads {sample.Threads,3}  children {sample.Children}"));
        return sample;
    }

    private async Task WorkAsync(IScenario scenario, int worker, CancellationToken stop)
    {
        for (long number = 1; !_over; number++)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Round round = NewRound(scenario, worker, number, limit.Token);
            await _turnstile.EnterAsync(round);
            try
            {
                if (_over)
                {
                    return;
                }
                limit.CancelAfter(RoundLimit);
                await RunAsync(scenario, round);
            }
            catch (Exception e)
            {
                _failed.TrySetException(e);
                return;
            }
            finally
            {
                _turnstile.Leave(round);
            }
        }
    }

    private Round NewRound(IScenario scenario, int worker, long number, CancellationToken stop) => new(scenario.Name, worker, number, options.Seed, Figures, stop);

    private static async Task RunAsync(IScenario scenario, Round round)
    {
        try
        {
            await scenario.RoundAsync(round);
            round.Figures.Add("load", scenario.Name, "rounds");
        }
        catch (Exception e)
        {
            string how = round.Stop.IsCancellationRequested ? $"It did not end within {RoundLimit.TotalSeconds:0} s. " : "";
            throw new SoakException($"{round}: {how}{e}{Environment.NewLine}Repeat it with --only {scenario.Name} --round {round.Place} and the seed.", e);
        }
    }

    private async Task ThrowFailureAsync(CancellationToken stop)
    {
        if (_failed.Task.IsCompleted)
        {
            await _failed.Task;
        }
        stop.ThrowIfCancellationRequested();
    }

    private async Task SettleAsync(CancellationToken stop)
    {
        foreach (IScenario scenario in scenarios)
        {
            try
            {
                await scenario.SettleAsync(stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                throw new SoakException($"{scenario.Name}, with nothing under way: {e}", e);
            }
        }
        _complaints.Throw();
    }
}
