using System.Management.Automation;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Infrastructure.Time;

/// <summary>The base of the cmdlets that judge what several time servers told.</summary>
public abstract class ClockCommand : TimeQueryCommand
{
    internal const string Told = "Told";

    private readonly List<NetworkTime> _times = [];

    /// <summary>What servers told, from Get-NetworkTime: they are not asked again.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Told)]
    [ValidateNotNull]
    public NetworkTime[] InputObject { get; set; } = [];

    /// <summary>How many servers must agree at least, beside being a majority. The default is 1. One liar is found among three servers, two among five.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int MinimumSource { get; set; } = 1;

    /// <summary>How the true offset is found: Rfc5905 (the default), Marzullo or Median.</summary>
    [Parameter]
    public ClockAlgorithm Algorithm { get; set; }

    protected override bool FailuresTerminate => true;

    /// <summary>What the servers told, in the order of their answers.</summary>
    protected IReadOnlyList<NetworkTime> Times => _times;

    protected sealed override void Take(NetworkTime time) => _times.Add(time);

    protected sealed override async Task ProcessAsync()
    {
        if (ParameterSetName == Told)
        {
            _times.AddRange(InputObject);
        }
        else
        {
            await base.ProcessAsync();
        }
    }

    protected sealed override async Task EndAsync()
    {
        await base.EndAsync();
        Conclude();
    }

    /// <summary>All have told what they have to.</summary>
    protected abstract void Conclude();

    /// <summary>The verdict.</summary>
    /// <exception cref="Core.Net.NetException">There is no majority, or not enough servers.</exception>
    protected ClockOffset Measure() => ClockSelection.Select(_times, Algorithm, MinimumSource);
}
