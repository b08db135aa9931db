using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Files;

namespace PSNetConcurrency.Commands.Files;

/// <summary>Computes digests of files: several algorithms in one read, of the whole, of slices, or of samples, and tells what they prove.</summary>
/// <remarks>
/// <para>Returns an object for each file and algorithm. Hash is in upper-case hexadecimal digits, as Get-FileHash writes it; PowerShell's -eq does not mind the case. Guarantee says in a sentence what an equal digest proves.</para>
/// <para>-Mode Full covers every byte. -Mode Slice gives each slice of -SliceSize bytes a digest of its own, so that Compare-FileDigest can name the ranges in which two files differ; the file's Hash is then the digest, with the same algorithm, of the slices' digests in binary one after another (no slices: of nothing). It is another one than that of -Mode Full.</para>
/// <para>-Mode Sample reads -SampleCount blocks of -SampleSize bytes at random positions, and finds small damage with a probability that Measure-DigestConfidence tells. Both ends choose the same positions when the file's length, the size, the count and the -Key are the same. The one who wants to be sure chooses the key, after the file was made, so that nobody could know which blocks are looked at. The file's Hash is the digest of its length (eight bytes, big-endian) and the blocks' digests in binary, in the order of their offsets.</para>
/// <para>How the key chooses, for programs that must do the same: the range is cut into B blocks of the sample size, the last perhaps shorter. Random numbers come from HMAC-SHA256 under the key of four unsigned 64-bit big-endian numbers: the range's length, the size, the count, and n = 0, 1, 2, …; each output is four unsigned 64-bit big-endian numbers. A number below b is the next random number modulo b, where numbers from the largest multiple of b up are passed over. For j from B - count to B - 1, a number t below j + 1 is drawn; block t is chosen, or block j where t is chosen already. With fewer blocks than samples all are read.</para>
/// <para>-Mode ImoHash is imohash, as its programs in Go and Python compute it: Murmur3 over the beginning, the middle and the end, with the length in its first bytes. It takes constant time, tells files apart, and no more.</para>
/// <para>A file that was written to while it was read is an error (FileChanged), not a digest of no one state. Folders that a wildcard or the pipeline brings are passed over; devices and pipes are an error. An error of one file does not end the others.</para>
/// </remarks>
/// <example>
///   <para>SHA-256, the default, and XXH128, in one read.</para>
///   <code>[IO.File]::WriteAllText("$PWD/hello.txt", 'hello')
/// Get-FileDigest hello.txt -Algorithm SHA256, XXH128</code>
/// </example>
/// <example>
///   <para>Slices of 4 KB, and where two files differ.</para>
///   <code>[IO.File]::WriteAllBytes("$PWD/a.bin", [byte[]]::new(20000))
/// [IO.File]::WriteAllText("$PWD/b.bin", 'damaged' + [string]::new([char] 0, 19993))
/// $a = Get-FileDigest a.bin -SliceSize 4KB
/// $b = Get-FileDigest b.bin -SliceSize 4KB
/// Compare-FileDigest -ReferenceObject $a -DifferenceObject $b</code>
/// </example>
/// <example>
///   <para>A quick look at a large file, at positions that nobody knew before.</para>
///   <code>$stream = [IO.File]::Create("$PWD/large.bin")
/// $stream.SetLength(1GB)
/// $stream.Dispose()
/// (Get-FileDigest large.bin -Mode Sample -Key ([guid]::NewGuid().ToString())).Guarantee</code>
/// </example>
/// <example>
///   <para>A check against a published digest.</para>
///   <code>[IO.File]::WriteAllText("$PWD/release.zip", 'abc')
/// (Get-FileDigest release.zip).Hash -eq 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'</code>
/// </example>
/// <inputs>
///   <para>System.String: paths, with wildcards. Files of Get-ChildItem bind by their PSPath.</para>
/// </inputs>
/// <outputs>PSNetConcurrency.FileDigest for each file and algorithm.</outputs>
/// <seealso cref="CompareFileDigestCommand"/>
/// <seealso cref="MeasureDigestConfidenceCommand"/>
[Cmdlet(VerbsCommon.Get, "FileDigest", DefaultParameterSetName = ByPath)]
[OutputType(typeof(FileDigest))]
public sealed class GetFileDigestCommand : NetCmdlet
{
    private const string ByPath = "Path", ByLiteralPath = "LiteralPath", ByStream = "InputStream";

    private DigestPlan _plan = new();
    private DigestProgressView? _view;
    private PipelineProgress? _pipeline;

    /// <summary>The files. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The files, by names that are taken as they are: brackets and stars are no wildcards.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A stream to read from where it is to its end, with -Mode Full. It stays open.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByStream)]
    [ValidateNotNull]
    public Stream? InputStream { get; set; }

    /// <summary>The algorithms; the file is read once for all. The default is SHA256. XXH128 is by far the fastest, and finds accidents; only SHA256, SHA384 and SHA512 withstand forgery.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public DigestAlgorithm[] Algorithm { get; set; } = [DigestAlgorithm.SHA256];

    /// <summary>What the digest covers. The default is Full, or what the other parameters imply: -SliceSize Slice, and -SampleCount or -Key Sample.</summary>
    /// <value>Full, or what other parameters imply</value>
    [Parameter]
    public DigestMode Mode { get; set; } = DigestMode.Full;

    /// <summary>The bytes of a slice. The default is 8 MB.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long SliceSize { get; set; } = DigestPlan.DefaultSliceSize;

    /// <summary>How many blocks are sampled. The default is 459, which find damage of one block in a hundred with 99 %.</summary>
    [Parameter]
    [ValidateRange(1, DigestPlan.MostParts)]
    public int SampleCount { get; set; } = DigestPlan.DefaultSampleCount;

    /// <summary>The bytes of a sampled block, also of imohash. The default is 16 KB.</summary>
    [Parameter]
    [ValidateRange(1, 1024 * 1024 * 1024)]
    public int SampleSize { get; set; } = DigestPlan.DefaultSampleSize;

    /// <summary>The length below which imohash reads the whole file. The default is 128 KB.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long SampleThreshold { get; set; } = DigestPlan.DefaultSampleThreshold;

    /// <summary>The key that chooses the positions of -Mode Sample: bytes, or text, whose UTF-8 bytes it is. Without one the positions are the same for everybody.</summary>
    [Parameter]
    [KeyTransform]
    [ValidateNotNull]
    [AllowEmptyCollection]
    public byte[] Key { get; set; } = [];

    /// <summary>Where in the file to begin. The default is 0.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long Offset { get; set; }

    /// <summary>How many bytes from -Offset on. The default is all up to the end; a file that has fewer is an error.</summary>
    /// <value>all up to the end</value>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long Length { get; set; }

    protected override Task BeginAsync()
    {
        Mode = ImpliedMode();
        _plan = new DigestPlan
        {
            Algorithms = [.. Algorithm.Distinct()],
            Mode = Mode,
            SliceSize = SliceSize,
            SampleCount = SampleCount,
            SampleSize = SampleSize,
            SampleThreshold = SampleThreshold,
            Key = Key,
            Offset = Offset,
            Length = Given(nameof(Length)) ? Length : null,
        };
        _pipeline = new PipelineProgress(record => WriteProgress(record), ProgressOf);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        if (InputStream is not null)
        {
            _view = new DigestProgressView("The stream");
            WriteObject(FileDigest.Of(null, _plan, await FileHasher.HashAsync(InputStream, _plan, _view.Source, StopToken)), enumerateCollection: true);
            return;
        }
        foreach (string path in ParameterSetName == ByPath ? Path : LiteralPath)
        {
            await ForEachFileAsync(path);
        }
    }

    protected override Task EndAsync()
    {
        _pipeline?.Finish();
        return Task.CompletedTask;
    }

    protected override ProgressRecord? Progress() => _view?.On(ProgressOf);

    private async Task ForEachFileAsync(string path)
    {
        bool literal = ParameterSetName == ByLiteralPath;
        IReadOnlyList<string> files;
        try
        {
            files = literal ? [FilePaths.Literal(this, path)] : FilePaths.Matching(this, path);
        }
        catch (NetException e)
        {
            ReportFailure(e);
            return;
        }
        bool passOverFolders = MyInvocation.ExpectingInput || (!literal && WildcardPattern.ContainsWildcardCharacters(path));
        string[] wanted = [.. files.Where(f => !passOverFolders || !Directory.Exists(f))];
        for (int i = 0; i < wanted.Length;)
        {
            _view = new DigestProgressView(System.IO.Path.GetFileName(wanted[i]));
            foreach (HashOutcome outcome in await FileHasher.HashRunAsync(wanted.Skip(i), _plan, _view.Source, StopToken))
            {
                Write(outcome);
                i++;
            }
        }
    }

    private void Write(HashOutcome outcome)
    {
        if (outcome.Content is not { } content)
        {
            ReportFailure(outcome.Failure!);
            return;
        }
        WriteObject(FileDigest.Of(outcome.Path, _plan, content), enumerateCollection: true);
        _pipeline?.Add(content.BytesRead);
    }

    private DigestMode ImpliedMode()
    {
        bool slices = Given(nameof(SliceSize)), samples = Given(nameof(SampleCount)) || Given(nameof(Key));
        DigestMode mode = Given(nameof(Mode)) ? Mode : slices ? DigestMode.Slice : samples ? DigestMode.Sample : DigestMode.Full;
        Refuse(slices && mode != DigestMode.Slice, nameof(SliceSize));
        Refuse(samples && mode != DigestMode.Sample, Given(nameof(Key)) ? nameof(Key) : nameof(SampleCount));
        Refuse(Given(nameof(SampleSize)) && mode is not (DigestMode.Sample or DigestMode.ImoHash), nameof(SampleSize));
        Refuse(Given(nameof(SampleThreshold)) && mode != DigestMode.ImoHash, nameof(SampleThreshold));
        Refuse(Given(nameof(Algorithm)) && mode == DigestMode.ImoHash, nameof(Algorithm));
        return mode;

        void Refuse(bool wrong, string parameter)
        {
            if (wrong)
            {
                ThrowTerminatingError(ErrorFactory.Create(new NetException(NetError.InvalidArgument, $"-{parameter} has no meaning with -Mode {mode}. Leave out the one or the other.", parameter)));
            }
        }
    }

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
