using System.Management.Automation;
using PSNetConcurrency.Core.Scheduling;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Scheduling;

namespace PSNetConcurrency.Commands.Scheduling;

/// <summary>Compares what scheduling policies make of the same jobs: one row per policy, the best by a metric, and in words what happened.</summary>
/// <remarks>
/// <para>Each policy is simulated as by Invoke-SchedulerSimulation, whose results are in the property Result. IsBest marks the policy, or those, that no other surpasses by -Metric.</para>
/// <para>Note tells what was found in these jobs, and nothing that was not:</para>
/// <list type="bullet">
///   <item>Convoy: two or more jobs waited behind one uninterrupted run that was at least twice the median burst, and that was at least half of all waiting.</item>
///   <item>Starved: a job stood ready for at least as long as its burst, and meanwhile two or more that came after it (or stand behind it in the list) finished. It is the longest wait of all.</item>
///   <item>Context switches, where there are three or more per job.</item>
///   <item>That a policy has nothing to go by, such as priorities that are all equal.</item>
/// </list>
/// <para>The parameters that set a policy are those of Invoke-SchedulerSimulation and hold for all policies that know them.</para>
/// </remarks>
/// <example>
///   <para>The convoy effect, and what it takes to avoid it.</para>
///   <code>24, 3, 3 | Compare-SchedulerPolicy -Policy FCFS, SJF, RoundRobin -Quantum 4</code>
/// </example>
/// <example>
///   <para>A long job that short ones keep from the processor; in full, as a list.</para>
///   <code>$jobs = @(@{ Name = 'long'; Burst = 10 }) + @(0..9 | ForEach-Object { @{ Name = "short$_"; Burst = 2; Arrival = 2 * $_ } })
/// $jobs | Compare-SchedulerPolicy -Policy FCFS, SJF, HRRN, MLFQ -Metric MaxWaiting | ForEach-Object { "$($_.Policy): $($_.Note)" }</code>
/// </example>
/// <example>
///   <para>All policies, by response time, with the cost of a context switch.</para>
///   <code>Compare-SchedulerPolicy 8, 4, 9, 5 -ContextSwitchCost 0.1 -Seed 1 -Metric AverageResponse</code>
/// </example>
/// <inputs>System.Management.Automation.PSObject: jobs, as New-SchedulerJob makes them, as rows of a CSV file, objects, hashtables or numbers.</inputs>
/// <outputs>PSNetConcurrency.SchedulerComparison: one for each policy.</outputs>
/// <seealso cref="InvokeSchedulerSimulationCommand"/>
/// <seealso cref="NewSchedulerJobCommand"/>
[Cmdlet(VerbsData.Compare, "SchedulerPolicy")]
[OutputType(typeof(SchedulerComparison))]
public sealed class CompareSchedulerPolicyCommand : SchedulerCommand
{
    /// <summary>The policies to compare, in this order.</summary>
    /// <value>all</value>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public SchedulingPolicy[] Policy { get; set; } = Enum.GetValues<SchedulingPolicy>();

    /// <summary>By what the best is found. The default is AverageWaiting.</summary>
    [Parameter]
    public SchedulerMetric Metric { get; set; }

    protected override async Task EndAsync()
    {
        SchedulerOptions options = Options();
        List<SchedulerResult> results = [];
        foreach (SchedulingPolicy policy in Policy)
        {
            results.Add(await SimulateAsync(options with { Policy = policy }));
        }
        WriteObject(PolicyComparison.Compare(results, Metric), enumerateCollection: true);
    }
}
