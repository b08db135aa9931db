using PSNetConcurrency.Benchmarks;
using PSNetConcurrency.Benchmarks.Areas;
using PSNetConcurrency.Benchmarks.Children;

// What a benchmark measures runs in processes of its own: this program again, in the part that "child" names.
if (args is ["child", .. string[] part])
{
    return await Child.RunAsync(part);
}

IBenchmarkArea[] areas = [new TcpArea(), new UdpArea(), new UdpClientArea(), new ChatArea(), new FramingArea(), new StructArea(), new DigestArea(), new FilesArea(), new ProcessArea(), new ChildArea(), new SchedulingArea(), new TimeArea(), new FleetArea()];
if (!BenchmarkOptions.TryParse(args, areas.Select(a => a.Name).ToArray(), out BenchmarkOptions? options, out string? refusal))
{
    await Console.Error.WriteLineAsync(refusal);
    return 2;
}
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
Console.WriteLine("Ratios of rates, medians of interleaved rounds: above 1 is faster than the peer. One machine's times say nothing about another's.");
bool passed = true;
List<string> done = [];
foreach (IBenchmarkArea area in areas.Where(a => options.Areas.Contains(a.Name)))
{
    try
    {
        passed &= await area.RunAsync(options, stop.Token);
        done.Add(area.Name);
    }
    catch (OperationCanceledException)
    {
        // What was measured is kept.
        _ = Summary.Print(options, done, [.. areas.Select(a => a.Name)]);
        return 130;
    }
}
return Summary.Print(options, done, [.. areas.Select(a => a.Name)]) && passed ? 0 : 1;
