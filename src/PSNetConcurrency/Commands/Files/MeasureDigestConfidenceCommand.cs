using System.Management.Automation;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Files;

/// <summary>Tells how probably sampled digests find damage, and how many samples a wanted probability takes.</summary>
/// <remarks>
/// <para>It computes, and reads no file. A file is B blocks of -SampleSize bytes (the last perhaps shorter), of which m = ⌈-DamagedFraction · B⌉, at least one, are damaged. Of n different random blocks none is damaged with the probability C(B - m, n) / C(B, n); DetectionProbability is 1 less that. RequiredSample is the least n for which it is -Confidence or more.</para>
/// <para>Without -FileLength the file is taken to have no end, and the formula is 1 - (1 - f)^n: never more than for a real file. So are files where both n and m are above 100000, as the two differ no more.</para>
/// <para>Positions must be random and unknown to whoever may have damaged the file, as with Get-FileDigest -Mode Sample -Key.</para>
/// </remarks>
/// <example>
///   <para>What the defaults of Get-FileDigest -Mode Sample find: 459 samples, one block in a hundred, 99 %.</para>
///   <code>Measure-DigestConfidence</code>
/// </example>
/// <example>
///   <para>Samples for smaller and smaller damage.</para>
///   <code>Measure-DigestConfidence -DamagedFraction 0.05, 0.01, 0.001</code>
/// </example>
/// <example>
///   <para>A file of 100 GB of which one block is damaged: sampling can't find that, and says so.</para>
///   <code>Measure-DigestConfidence -FileLength 100GB -SampleCount 5000 -DamagedFraction 1e-9</code>
/// </example>
/// <inputs>
///   <para>System.Int64: a file's length, also as the property Length of files.</para>
/// </inputs>
/// <outputs>PSNetConcurrency.DigestConfidence for each fraction.</outputs>
/// <seealso cref="GetFileDigestCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "DigestConfidence")]
[OutputType(typeof(DigestConfidence))]
public sealed class MeasureDigestConfidenceCommand : NetCmdlet
{
    /// <summary>The file's length in bytes. Without it, that of a file without end.</summary>
    /// <value>None</value>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, long.MaxValue)]
    [Alias("Length")]
    public long FileLength { get; set; }

    /// <summary>The bytes of a sample. The default is 16 KB, as of Get-FileDigest.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long SampleSize { get; set; } = DigestPlan.DefaultSampleSize;

    /// <summary>How many samples are read. The default is 459, as of Get-FileDigest.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long SampleCount { get; set; } = DigestPlan.DefaultSampleCount;

    /// <summary>The shares of the file's blocks that are damaged, above 0 up to 1. The default is 0.01.</summary>
    [Parameter]
    [ValidateRange(double.Epsilon, 1d)]
    public double[] DamagedFraction { get; set; } = [0.01];

    /// <summary>The probability with which damage is to be found, 0 to 1. The default is 0.99.</summary>
    [Parameter]
    [ValidateRange(0d, 1d)]
    public double Confidence { get; set; } = 0.99;

    protected override Task ProcessAsync()
    {
        long? length = MyInvocation.BoundParameters.ContainsKey(nameof(FileLength)) ? FileLength : null;
        foreach (double fraction in DamagedFraction)
        {
            WriteObject(SampleOdds.Measure(length, SampleSize, SampleCount, fraction, Confidence));
        }
        return Task.CompletedTask;
    }
}
