using System.Globalization;
using PSNetConcurrency;
using PSNetConcurrency.Soak;
using PSNetConcurrency.Soak.Children;
using PSNetConcurrency.Soak.Doors;
using PSNetConcurrency.Soak.Load;
using PSNetConcurrency.Soak.Report;
using PSNetConcurrency.Soak.Transfers;

IScenario[] all =
[
    new EchoScenario(tls: false), new EchoScenario(tls: true), new DatagramScenario(),
    new FramedScenario("lines", FrameFormat.Line), new FramedScenario("dictionaries", FrameFormat.Parse("Dictionary")),
    new FramedScenario("lines-tls", FrameFormat.Line, tls: true), new FramedScenario("dictionaries-tls", FrameFormat.Parse("Dictionary"), tls: true),
    ScriptServer.Scenario(), new TransferScenario(), new ProgramScenario(), new ScriptScenario(),
    new DoorScenario([new FrameDoor(), new StreamDoor("tls", tls: true, proxied: false), new StreamDoor("fault proxy", tls: false, proxied: true), new DatagramDoor(), new FileDoor(), new TimeDoor(), new ChatDoor(), new ChildDoor(), .. TextDoors.All()]),
];
if (!SoakOptions.TryParse(args, [.. all.Select(s => s.Name)], out SoakOptions? options))
{
    return 2;
}
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
IScenario[] chosen = [.. all.Where(s => options.Scenarios.Contains(s.Name))];
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Length} of load and faults, seed {options.Seed}: {string.Join(", ", chosen.Select(s => s.Name))}"));
using Campaign campaign = new(options, chosen);
try
{
    Flatness flatness = await campaign.RunAsync(stop.Token);
    foreach (IScenario scenario in chosen)
    {
        await scenario.DisposeAsync();
    }
    Summary.Print(campaign);
    if (options.Round is null && flatness.Judge() is [_, ..] risen)
    {
        throw new SoakException(string.Join(Environment.NewLine, risen));
    }
    Console.WriteLine();
    Console.WriteLine("Nothing was lost, and nothing was wrong.");
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
catch (Exception e)
{
    Console.WriteLine();
    Console.WriteLine($"FAILED, seed {options.Seed}: {(e is SoakException ? e.Message : e)}");
    return 1;
}
