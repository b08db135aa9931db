using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Proposes the frame formats that captured bytes may have, the best first.</summary>
/// <remarks>
/// <para>Give it what one side of a connection sent, from its beginning: a file, bytes, or text. Every kind of frame is tried, of length fields those of each size and byte order, near the beginning, that count themselves or more header or not; of dictionary frames also the key that holds the size. The score, from 0 to 1, tells how much speaks for a format: lengths that lead from frame to frame to the very end of the bytes are hardly chance, and the more frames there are the less. Of a few short frames several formats may fit; capture more.</para>
/// <para>The Format of a candidate goes into any -Format or -FrameFormat. Of formats that cut the bytes into the same messages only one is told. The first 256 KiB are looked at.</para>
/// </remarks>
/// <example>
///   <para>What is this?</para>
///   <code>$captured = [byte[]](0, 5, 104, 101, 108, 108, 111, 0, 2, 104, 105, 0, 3, 98, 121, 101)
/// $found = @(Resolve-FrameFormat -InputObject $captured)
/// $found
/// $captured | ConvertFrom-Frame -Format $found[0].Format</code>
/// </example>
/// <example>
///   <para>The bytes in a file.</para>
///   <code>[IO.File]::WriteAllText("$PWD/capture.bin", '5:hello,2:hi,3:bye,')
/// Resolve-FrameFormat capture.bin</code>
/// </example>
/// <inputs>System.Object: captured bytes: single ones, arrays, text; all of the pipeline is one capture. Or files, by property name.</inputs>
/// <outputs>PSNetConcurrency.FrameFormatCandidate: a format, how many frames it finds, its score and why.</outputs>
/// <seealso cref="ConvertFromFrameCommand"/>
/// <seealso cref="NewFrameFormatCommand"/>
[Cmdlet(VerbsDiagnostic.Resolve, "FrameFormat", DefaultParameterSetName = ByPath)]
[OutputType(typeof(FrameFormatCandidate))]
public sealed class ResolveFrameFormatCommand : NetCmdlet
{
    private const string ByPath = "Path", ByLiteralPath = "LiteralPath", ByInput = "InputObject";

    private readonly MemoryStream _captured = new();
    private bool _given;

    /// <summary>Files with captured bytes. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files with captured bytes, named exactly.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The captured bytes: single ones, arrays, or text.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInput)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>The encoding of text: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter(ParameterSetName = ByInput)]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    protected override async Task ProcessAsync()
    {
        if (ParameterSetName != ByInput)
        {
            foreach (string file in Files(ParameterSetName == ByPath ? Path : LiteralPath, literal: ParameterSetName == ByLiteralPath))
            {
                await ResolveFileAsync(file);
            }
            return;
        }
        if (FileOf(InputObject) is { } named)
        {
            foreach (string file in Files([named], literal: true))
            {
                await ResolveFileAsync(file);
            }
            return;
        }
        _given = true;
        object? input = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (_captured.Length > FrameFormatResolver.MostBytes)
        {
            return;
        }
        if (input is byte single)
        {
            _captured.WriteByte(single);
            return;
        }
        _captured.Write(PayloadConverter.ToBytes(input, Encoding));
    }

    protected override Task EndAsync()
    {
        if (_given)
        {
            Write(_captured.GetBuffer().AsSpan(0, (int)_captured.Length), "The bytes");
        }
        return Task.CompletedTask;
    }

    // An object from the pipeline is bound as a whole before its properties are: a file, or a row with a path.
    private static string? FileOf(object? input) => input switch
    {
        FileSystemInfo file => file.FullName,
        PSObject { BaseObject: FileSystemInfo file } => file.FullName,
        PSObject { BaseObject: PSCustomObject } row => (row.Properties["PSPath"] ?? row.Properties["LiteralPath"] ?? row.Properties["Path"])?.Value?.ToString(),
        _ => null,
    };

    private IEnumerable<string> Files(string[] paths, bool literal)
    {
        foreach (string path in paths)
        {
            IReadOnlyList<string> found = [];
            try
            {
                found = literal ? [FilePaths.Literal(this, path)] : FilePaths.Matching(this, path);
            }
            catch (NetException e)
            {
                ReportFailure(e);
            }
            foreach (string file in found)
            {
                yield return file;
            }
        }
    }

    private async Task ResolveFileAsync(string file)
    {
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[FrameFormatResolver.MostBytes + 1];
            int count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, StopToken);
            Write(bytes.AsSpan(0, count), $"'{file}'");
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            ReportFailure(FileErrors.Describe(e, file));
        }
    }

    private void Write(ReadOnlySpan<byte> bytes, string what)
    {
        IReadOnlyList<FrameFormatCandidate> found = FrameFormatResolver.Resolve(bytes);
        if (found.Count == 0)
        {
            WriteWarning(bytes.IsEmpty ? $"{what} are empty: there is nothing to judge." : $"{what}: no frame format is likely. The stream may be encrypted or compressed, the capture may begin in the middle of a frame, or be too short.");
        }
        WriteObject(found, enumerateCollection: true);
    }
}
