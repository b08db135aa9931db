using System.Globalization;

namespace PSNetConcurrency;

/// <summary>A job of a scheduling simulation. All times are in one unit of the user's choice.</summary>
public sealed record SchedulerJob
{
    /// <summary>How long an I/O lasts where nothing says so: as in OSTEP's programs.</summary>
    public const double DefaultIoTime = 5;

    /// <summary>The tickets of a job that has none named.</summary>
    public const int DefaultTicket = 100;

    /// <summary>The name, different for each job; null for P and the job's number.</summary>
    public string? Name { get; init; }

    /// <summary>When it comes into the system.</summary>
    public double ArrivalTime { get; init; }

    /// <summary>The CPU time that it needs in all; 0 where <see cref="Program"/> tells it.</summary>
    public double BurstTime { get; init; }

    /// <summary>The priority; the lower number is the more urgent one.</summary>
    public int Priority { get; init; }

    /// <summary>The share of the processor under Lottery and Stride.</summary>
    public int Ticket { get; init; } = DefaultTicket;

    /// <summary>After how much CPU time it issues an I/O, again and again; 0 for never.</summary>
    public double IoEvery { get; init; }

    /// <summary>How long an I/O lasts.</summary>
    public double IoTime { get; init; } = DefaultIoTime;

    /// <summary>What it does, instead of a burst: c7,i,c1 computes for 7, issues an I/O and computes for 1; i20 is an I/O of 20.</summary>
    public string? Program { get; init; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {ArrivalTime}+{(string.IsNullOrWhiteSpace(Program) ? BurstTime : Program)}");
}
