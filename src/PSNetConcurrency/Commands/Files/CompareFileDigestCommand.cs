using System.Management.Automation;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Files;

namespace PSNetConcurrency.Commands.Files;

/// <summary>Names the ranges in which two files differ: of two files here, or of digests that were made on two machines.</summary>
/// <remarks>
/// <para>Returns nothing when the two are equal.</para>
/// <para>Two files, with -ReferencePath and -DifferencePath, are compared byte by byte. Each range begins and ends with a byte that differs; differences in the same slice of -SliceSize bytes, or in adjoining slices, are one range, so equal bytes may lie within. -SliceSize 1 gives every run of differing bytes by itself. What only the longer file has differs.</para>
/// <para>Two digests of Get-FileDigest -Mode Slice, with -ReferenceObject and -DifferenceObject, are compared slice by slice: the ranges are whole slices, adjoining ones merged; where one file goes on, everything from its counterpart's last, shorter slice on differs. Both must have the same algorithm, slice size and offset. The objects may come from another machine, through Export-Clixml, ConvertTo-Json or remoting. Of digests of -Mode Sample, the blocks that differ are named, and of the other modes the whole range.</para>
/// </remarks>
/// <example>
///   <para>Two files here, of which one has two bytes changed and is longer.</para>
///   <code>$bytes = [byte[]]::new(1MB)
/// [IO.File]::WriteAllBytes("$PWD/a.bin", $bytes)
/// $bytes[1000] = $bytes[700000] = 1
/// [IO.File]::WriteAllBytes("$PWD/b.bin", $bytes + [byte[]]::new(10))
/// Compare-FileDigest a.bin b.bin</code>
/// </example>
/// <example>
///   <para>Digests, which are small, in place of the files. On two machines, write them with Export-Clixml or ConvertTo-Json -Depth 4.</para>
///   <code>[IO.File]::WriteAllText("$PWD/here.txt", 'one two three')
/// [IO.File]::WriteAllText("$PWD/there.txt", 'one TWO three')
/// $here = Get-FileDigest here.txt -SliceSize 4
/// $there = Get-FileDigest there.txt -SliceSize 4
/// Compare-FileDigest -ReferenceObject $here -DifferenceObject $there</code>
/// </example>
/// <inputs>
///   <para>System.Management.Automation.PSObject: digests to compare with -ReferenceObject. Files bind by their PSPath.</para>
/// </inputs>
/// <outputs>PSNetConcurrency.DifferingRange for each range; nothing for equal files.</outputs>
/// <seealso cref="GetFileDigestCommand"/>
[Cmdlet(VerbsData.Compare, "FileDigest", DefaultParameterSetName = ByPath)]
[OutputType(typeof(DifferingRange))]
public sealed class CompareFileDigestCommand : NetCmdlet
{
    private const string ByPath = "Path", ByObject = "Object";

    private DigestProgressView? _view;

    /// <summary>The file to compare with, taken as it is: no wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath)]
    [ValidateNotNullOrEmpty]
    public string ReferencePath { get; set; } = "";

    /// <summary>The files to compare with it, taken as they are: no wildcards.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LiteralPath", "Path")]
    public string[] DifferencePath { get; set; } = [];

    /// <summary>The digest to compare with: of Get-FileDigest, or with the same properties.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByObject)]
    [ValidateNotNull]
    [DigestTransform]
    public FileDigest? ReferenceObject { get; set; }

    /// <summary>The digests to compare with it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByObject)]
    [ValidateNotNull]
    [DigestTransform]
    public FileDigest? DifferenceObject { get; set; }

    /// <summary>How near to each other differences are one range, for two files: in one slice of so many bytes, or in adjoining ones. The default is 64 KB.</summary>
    [Parameter(ParameterSetName = ByPath)]
    [ValidateRange(1, long.MaxValue)]
    public long SliceSize { get; set; } = FileComparer.DefaultSliceSize;

    protected override async Task ProcessAsync()
    {
        if (ParameterSetName == ByObject)
        {
            foreach (FileRange range in DigestComparer.Compare(ReferenceObject!, DifferenceObject!))
            {
                Write(range, ReferenceObject!.Path, DifferenceObject!.Path);
            }
            return;
        }
        string reference = FilePaths.Literal(this, ReferencePath);
        foreach (string path in DifferencePath)
        {
            try
            {
                string difference = FilePaths.Literal(this, path);
                if (MyInvocation.ExpectingInput && Directory.Exists(difference))
                {
                    continue;
                }
                _view = new DigestProgressView(Path.GetFileName(difference));
                await foreach (FileRange range in FileComparer.CompareAsync(reference, difference, SliceSize, _view.Source, StopToken))
                {
                    Write(range, reference, difference);
                }
            }
            catch (Core.Net.NetException e)
            {
                ReportFailure(e);
            }
        }
    }

    protected override ProgressRecord? Progress() => _view?.On(ProgressOf);

    private void Write(FileRange range, string? reference, string? difference) =>
        WriteObject(new DifferingRange(range.Offset, range.Length) { ReferencePath = reference, DifferencePath = difference });
}
