using System.Management.Automation;
using PSNetConcurrency.Tests.Judges;

namespace PSNetConcurrency.Tests.Files;

public sealed class FileDigestTests : IDisposable
{
    private const string Hello = "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824";

    private readonly string _folder = Directory.CreateTempSubdirectory("psnc-digest-").FullName;
    private readonly PowerShellSession _shell = new();

    public FileDigestTests()
    {
        Write("hello.txt", "hello");
        Write("other.txt", "other");
        Write("[x].txt", "hello");
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        _shell.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder)", ("folder", _folder));
    }

    public void Dispose()
    {
        _shell.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Files_that_have_content_and_no_length_are_not_taken_for_empty()
    {
        if (OperatingSystem.IsLinux())
        {
            Write("empty", "");
            _shell.Fails("NotSupportedHere", "Compare-FileDigest /proc/version ./empty");
            _shell.Fails("NotSupportedHere", "Compare-FileDigest ./empty /proc/version");
        }
    }

    [Fact]
    public void A_file_and_algorithm_is_an_object()
    {
        PSObject[] digests = [.. _shell.Run("Get-FileDigest hello.txt -Algorithm SHA256, MD5, SHA256")];
        Assert.Equal(2, digests.Length);
        Assert.Equal([Path.Combine(_folder, "hello.txt"), 5L, "SHA256", "Full", Hello, false, 1.0],
            [Get(digests[0], "Path"), Get(digests[0], "Length"), Get(digests[0], "Algorithm"), Get(digests[0], "Mode").ToString()!, Get(digests[0], "Hash"), Get(digests[0], "IsSampled"), Get(digests[0], "Coverage")]);
        Assert.StartsWith("Every byte is covered.", (string)Get(digests[0], "Guarantee"), StringComparison.Ordinal);
        Assert.Equal("5D41402ABC4B2A76B9719D911017C592", Get(digests[1], "Hash"));
    }

    [Theory]
    [InlineData("Get-FileDigest *.txt", 3)]
    [InlineData("Get-FileDigest *", 3)]
    [InlineData("Get-FileDigest nothing*", 0)]
    [InlineData("Get-FileDigest hello.txt, other.txt", 2)]
    [InlineData("'hello.txt', 'sub', 'other.txt' | Get-FileDigest", 2)]
    [InlineData("Get-FileDigest -LiteralPath '[x].txt'", 1)]
    [InlineData("Get-FileDigest '[x].txt'", 0)]
    [InlineData("[pscustomobject]@{ PSPath = 'Microsoft.PowerShell.Core\\FileSystem::' + $folder + '/[x].txt' } | Get-FileDigest", 1)]
    [InlineData("[pscustomobject]@{ Path = 'hello.txt' } | Get-FileDigest", 1)]
    [InlineData("[IO.FileInfo]::new($folder + '/hello.txt') | Get-FileDigest", 1)]
    [InlineData("Get-FileDigest hello.txt | Get-FileDigest -Algorithm MD5", 1)]
    public void Paths_are_taken_as_PowerShell_takes_them(string script, int count) => Assert.Equal(count, _shell.Run(script).Count);

    [Theory]
    [InlineData("FileNotFound", "Get-FileDigest nothing.txt")]
    [InlineData("FileNotFound", "Get-FileDigest -LiteralPath nothing.txt")]
    [InlineData("InvalidArgument", "Get-FileDigest sub")]
    [InlineData("FileFailure", "$gone = [IO.MemoryStream]::new(); $gone.Dispose(); Get-FileDigest -InputStream $gone")]
    [InlineData("InvalidArgument", "Get-FileDigest function:prompt")]
    [InlineData("InvalidArgument", "Get-FileDigest nodrive:x")]
    [InlineData("InvalidArgument", "Get-FileDigest hello.txt -Offset 6")]
    [InlineData("InvalidArgument", "Get-FileDigest hello.txt -Mode ImoHash -Algorithm MD5")]
    [InlineData("InvalidArgument", "Get-FileDigest hello.txt -Mode Full -SliceSize 1")]
    [InlineData("InvalidArgument", "Get-FileDigest hello.txt -Mode Slice -Key x")]
    [InlineData("InvalidArgument", "Get-FileDigest hello.txt -SampleSize 10")]
    [InlineData("ParameterArgumentValidationError", "Get-FileDigest hello.txt -SliceSize 0")]
    [InlineData("ParameterArgumentTransformationError", "Compare-FileDigest -ReferenceObject 1 -DifferenceObject 2")]
    [InlineData("InvalidArgument", "Compare-FileDigest -ReferenceObject (Get-FileDigest hello.txt) -DifferenceObject (Get-FileDigest hello.txt -Algorithm MD5)")]
    [InlineData("FileNotFound", "Compare-FileDigest hello.txt nothing.txt")]
    [InlineData("InvalidArgument", "Compare-FileDigest sub hello.txt")]
    [InlineData("InvalidArgument", "Measure-DigestConfidence -Confidence 1")]
    public void Each_failure_has_its_name(string errorId, string script) => _shell.Fails(errorId, script);

    [Fact]
    public void One_failure_leaves_the_others()
    {
        Assert.Equal(2, _shell.Invoke("'hello.txt', 'nothing.txt', 'other.txt' | Get-FileDigest").Count);
        ErrorRecord error = Assert.Single(_shell.Errors);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.EndsWith("nothing.txt", (string)error.TargetObject, StringComparison.Ordinal);
    }

    [Fact]
    public void Modes_are_implied_by_their_parameters()
    {
        Assert.Equal(["Slice", "Sample", "Sample", "Full", "ImoHash"], _shell.Run("""
            (Get-FileDigest hello.txt -SliceSize 2KB).Mode, (Get-FileDigest hello.txt -Key abc).Mode, (Get-FileDigest hello.txt -SampleCount 1).Mode,
            (Get-FileDigest hello.txt).Mode, (Get-FileDigest hello.txt -Mode ImoHash -SampleSize 1KB -SampleThreshold 0).Mode
            """).Select(m => m.ToString()));
    }

    [Fact]
    public void Text_and_its_bytes_are_the_same_key() =>
        Assert.Single(_shell.Run("""
            (Get-FileDigest hello.txt -Key 'ab' -SampleSize 1 -SampleCount 2).Hash
            (Get-FileDigest hello.txt -Key 97, 98 -SampleSize 1 -SampleCount 2).Hash
            (Get-FileDigest hello.txt -Key ([byte[]] (97, 98)) -SampleSize 1 -SampleCount 2).Hash
            """).Select(h => h.ToString()).Distinct());

    [Fact]
    public void Ranges_and_streams_are_hashed()
    {
        Write("long.txt", "xxhelloxx");
        Assert.Equal(Hello, _shell.One("(Get-FileDigest long.txt -Offset 2 -Length 5).Hash").ToString());
        Assert.Equal(Hello, _shell.One("(Get-FileDigest -InputStream ([IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('hello')))).Hash").ToString());
        Assert.Equal(Hello, _shell.One("$none = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('hello')); (Get-FileDigest -InputStream $none).Hash; $none.Dispose()").ToString());
    }

    [JudgeFact("mkfifo")]
    public void A_pipe_that_nobody_writes_to_holds_nothing_up()
    {
        JudgeProcess.Run("mkfifo", Path.Combine(_folder, "pipe"));
        Assert.Equal(3, _shell.Invoke("Get-FileDigest *").Count);
        Assert.StartsWith("NotSupportedHere", Assert.Single(_shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_ends_it_inside_a_huge_file_and_progress_is_shown_before()
    {
        using (FileStream stream = File.Create(Path.Combine(_folder, "huge.bin")))
        {
            stream.SetLength(1L << 40);
        }
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = _shell.Runspace;
        using ManualResetEventSlim shown = new();
        ProgressRecord? record = null;
        shell.Streams.Progress.DataAdded += (_, e) =>
        {
            record ??= shell.Streams.Progress[e.Index];
            shown.Set();
        };
        IAsyncResult running = shell.AddScript("Get-FileDigest huge.bin -Algorithm SHA256, XXH128").BeginInvoke();
        Assert.True(shown.Wait(JudgeProcess.Limit));
        Assert.Matches(@"^huge\.bin: .+ of 1 TB, .+/s$", record!.StatusDescription);
        Assert.True(record.SecondsRemaining > 0);
        shell.Stop();
        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(running));
        // Where it were still open, a lock on all of it would be refused.
        using FileStream own = new(Path.Combine(_folder, "huge.bin"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void Select_First_ends_it()
    {
        Assert.Single(_shell.Run("Get-FileDigest *.txt | Select-First"));
        Assert.Single(_shell.Run("Compare-FileDigest hello.txt other.txt -SliceSize 1 | Select-First"));
    }

    [Fact]
    public void Two_files_are_compared()
    {
        Write("a.txt", new string('x', 300_000));
        Write("b.txt", "y" + new string('x', 199_998) + "yxxx");
        Assert.Equal(["0 1", "199999 100001"], _shell.Run("Compare-FileDigest a.txt b.txt | ForEach-Object { \"$($_.Offset) $($_.Length)\" }").Select(r => r.ToString()));
        Assert.Empty(_shell.Run("Compare-FileDigest a.txt a.txt"));
        PSObject range = _shell.One("[pscustomobject]@{ PSPath = 'hello.txt' }, [pscustomobject]@{ PSPath = 'sub' }, [pscustomobject]@{ PSPath = '[x].txt' }, [pscustomobject]@{ PSPath = 'other.txt' } | Compare-FileDigest -ReferencePath hello.txt");
        Assert.Equal([Path.Combine(_folder, "hello.txt"), Path.Combine(_folder, "other.txt"), 0L, 5L],
            [Get(range, "ReferencePath"), Get(range, "DifferencePath"), Get(range, "Offset"), Get(range, "Length")]);
    }

    [Fact]
    public void Digests_that_were_serialized_are_compared()
    {
        Write("a.txt", "one two three");
        Write("b.txt", "one TWO three four");
        Assert.Equal(["4 4", "12 6"], _shell.Run("""
            $a = Get-FileDigest a.txt -SliceSize 4
            $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-FileDigest b.txt -SliceSize 4), 2))
            $copy | Compare-FileDigest -ReferenceObject $a | ForEach-Object { "$($_.Offset) $($_.Length)" }
            """).Select(r => r.ToString()));
        // As ConvertFrom-Json gives it: numbers for the enums, and objects without a type.
        Assert.Equal("4", _shell.One("""
            $json = [pscustomobject]@{ Path = 'x'; Offset = 0; Length = 4; Algorithm = 'SHA256'; Mode = 1; Hash = 'ab'; Coverage = 1; Slice = @([pscustomobject]@{ Offset = 0; Length = 4; Hash = 'cd' }) }
            (Compare-FileDigest -ReferenceObject $a -DifferenceObject $json)[0].Length - 9
            """).ToString());
    }

    [Fact]
    public void Confidence_is_computed_for_files_and_for_none()
    {
        Assert.Equal([90L, 459L, 4603L], _shell.Run("(Measure-DigestConfidence -DamagedFraction 0.05, 0.01, 0.001).RequiredSample").Select(r => (long)r.BaseObject));
        Assert.True((double)_shell.One("(Get-FileDigest hello.txt | Measure-DigestConfidence -SampleSize 1 -SampleCount 1 -DamagedFraction 0.2).DetectionProbability").BaseObject is > 0.1999999 and < 0.2000001);
    }

    private static object Get(PSObject from, string property) => from.Properties[property].Value;

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
