using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>Programs as children: arguments, streams, ends.</summary>
public sealed class ProgramTests : ChildTests
{
    [Fact]
    public void Arguments_are_never_split_again()
    {
        string[] words = ["a b", "", "c\"d", "e'f", "$HOME", "*", "\\", "g\nh", "ü€😀", "-x"];
        string[] seen = _session.Run("Invoke-ChildProcess -FilePath sh -ArgumentList (@('-c', 'for a; do printf \"%s\\0\" \"$a\"; done', 'sh') + $words) -AsByteStream | ForEach-Object { [Text.Encoding]::UTF8.GetString($_) }", ("words", words)).Texts();
        Assert.Equal(words, string.Concat(seen).Split('\0')[..^1]);
    }

    [Fact]
    public void Lines_of_both_streams_come_in_their_order_with_the_error_stream_as_errors()
    {
        string[] merged = _session.Run("Invoke-ChildProcess sh '-c', 'echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three' 2>&1 | ForEach-Object { \"$($_.GetType().Name) $_\" }").Texts();
        Assert.Equal(["String one", "ErrorRecord two", "String three"], merged);
        Assert.StartsWith("NativeCommandError", _session.Fails("NativeCommandError", "Invoke-ChildProcess sh '-c', 'echo two >&2'").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_many_megabytes_is_one_line()
    {
        Assert.Equal("1 12000001 12000001", _session.One("""
            $code = "import sys; sys.stdout.buffer.write(b'x' + 'é'.encode() * 12000000)"
            $lines = @(Invoke-ChildProcess python3 '-c', $code)
            "$($lines.Count) $($lines[0].Length) $((Invoke-ChildProcess python3 '-c', $code -Detailed).StandardOutput.Length)"
            """).ToString());
    }

    [Fact]
    public void A_line_of_standard_error_does_not_end_a_script_whose_errors_do()
    {
        string[] output = _session.Run("$ErrorActionPreference = 'Stop'; Invoke-ChildProcess sh '-c', 'echo note >&2; echo done' -InformationVariable shown; \"$shown\"; $ErrorActionPreference = 'Continue'").Texts();
        Assert.Equal(["done", "note"], output);
        _session.Fails("ExitCodeNotZero", "Invoke-ChildProcess sh '-c', 'echo note >&2; exit 4' -ErrorAction Stop");
    }

    [Fact]
    public void The_exit_code_is_an_error_once_and_in_LASTEXITCODE()
    {
        ErrorRecord error = _session.Fails("ExitCodeNotZero", "Invoke-ChildProcess sh '-c', 'exit 7'");
        Assert.Contains("exit code 7", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(7, _session.One("$LASTEXITCODE").BaseObject);
        _session.Run("$c = Start-ChildProcess sh '-c', 'echo x; exit 7' | Wait-ChildProcess");
        Assert.Equal("Failed 7 ", _session.One("\"$($c.State) $($c.ExitCode) $($c.Signal)\"").ToString());
        _session.Fails("ExitCodeNotZero", "$c | Receive-ChildProcess");
        Assert.Empty(_session.Run("$c | Receive-ChildProcess"));
    }

    [Fact]
    public void A_signal_from_outside_is_told_apart_from_an_exit_code()
    {
        _session.Fails("ChildKilled", "Invoke-ChildProcess sh '-c', 'kill -9 $$'");
        Assert.Equal(137, _session.One("$LASTEXITCODE").BaseObject);
        Assert.Equal("Failed  SIGKILL", _session.One("$c = Start-ChildProcess sh '-c', 'kill -9 $$' | Wait-ChildProcess; \"$($c.State) $($c.ExitCode) $($c.Signal)\"").ToString());
    }

    [Theory]
    [InlineData("ProgramNotFound", "no-such-program-anywhere", "")]
    [InlineData("ProgramNotFound", "./no-such-program", "")]
    [InlineData("ProgramNotExecutable", "/etc/passwd", "")]
    [InlineData("WorkingDirectoryMissing", "true", "-WorkingDirectory /no/such/folder")]
    [InlineData("InvalidArgument", "true", "-Variable @{ a = 1 }")]
    [InlineData("InvalidArgument", "true", "-Environment @{ 'a=b' = 1 }")]
    public void What_cannot_be_started_is_one_error(string errorId, string program, string options)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        _session.Fails(errorId, $"Start-ChildProcess -FilePath {program} {options}");
        _session.Fails(errorId, $"1..3 | Start-ChildProcess -FilePath {program} {options}");
        Assert.Empty(_session.Run("Get-ChildProcess"));
    }

    [Fact]
    public void What_is_piped_is_the_standard_input_line_by_line_or_byte_by_byte()
    {
        Assert.Equal(["a", "b", "3"], _session.Run("'a', 'b', 3 | Invoke-ChildProcess cat").Texts());
        Assert.Equal("3", _session.One("[byte[]](0, 10, 255) | Invoke-ChildProcess wc '-c'").ToString().Trim());
        Assert.Equal("2", _session.One("Invoke-ChildProcess wc '-c' -StandardInput 'ab'").ToString().Trim());
        Assert.Equal("4", _session.One("(Invoke-ChildProcess cat -StandardInput 'ab' -Encoding unicode -AsByteStream).Length").ToString());
        Assert.Equal("0", _session.One("Invoke-ChildProcess wc '-c'").ToString().Trim());
    }

    [Fact]
    public void More_goes_through_than_any_pipe_or_buffer_holds()
    {
        Assert.Equal("90000", _session.One("$text = 'x' * 99; $n = 0; 1..90000 | ForEach-Object { $text } | Invoke-ChildProcess cat | ForEach-Object { if ($_.Length -eq 99) { $n++ } }; $n").ToString());
        Assert.Equal("1", _session.One("(1..50000 | ForEach-Object { 'a line that head does not want' } | Invoke-ChildProcess head '-n', 1 | ForEach-Object { 1 }).Count").ToString());
    }

    [Fact]
    public void Text_is_in_the_encoding_given_whatever_pieces_it_comes_in()
    {
        string[] lines = _session.Run("$bytes = [Text.Encoding]::Unicode.GetBytes(\"é1`r`n漢`n\"); $bytes[0..2] + $bytes | Invoke-ChildProcess -FilePath sh '-c', 'dd bs=1 skip=3 2>/dev/null' -Encoding unicode").Texts();
        Assert.Equal(["é1", "漢"], lines);
        Assert.Equal("grüße", _session.One("'grüße' | Invoke-ChildProcess cat -Encoding latin1").ToString());
    }

    [Fact]
    public void One_child_an_item_under_the_throttle_limit()
    {
        string[] sums = _session.Run("""
            $most = 0
            $children = 1..9 | Start-ChildProcess -FilePath sh -ArgumentList '-c', 'read x; sleep 0.0$x; echo $x' -ThrottleLimit 3 -Name Sleeper |
                ForEach-Object { $now = @(Get-ChildProcess -State Running).Count; if ($now -gt $most) { $most = $now }; $_ }
            $most
            $children | Wait-ChildProcess | Receive-ChildProcess
            ($children[8]).Name
            """).Texts();
        Assert.InRange(ChildSession.Number(sums[0]), 1, 3);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9", "Sleeper-9"], sums[1..]);
    }

    [Fact]
    public void A_block_among_the_arguments_makes_one_of_the_item()
    {
        Assert.Equal(["<a b>", "<c>"], _session.Run("'a b', 'c' | Start-ChildProcess printf '<%s>\\n', { $_ } | Wait-ChildProcess | Receive-ChildProcess").Texts());
        Assert.Equal(["<a b>", "<c>"], _session.Run("'a b', 'c' | Invoke-ChildProcess printf '<%s>\\n', { $_ } -ThrottleLimit 1").Texts());
        // Whose result it is, and what was really run.
        Assert.Equal(["a b: printf <%s> 'a b'", "c: printf <%s> c"], _session.Run("'a b', 'c' | Invoke-ChildProcess printf '<%s>', { $_ } -ThrottleLimit 1 -Detailed | ForEach-Object { \"$($_.Item): $($_.Command)\" }").Texts());
    }

    [Fact]
    public void Environment_folder_and_names_are_the_childs()
    {
        string folder = Path.GetTempPath().TrimEnd('/');
        string[] seen = _session.Run($"Invoke-ChildProcess sh '-c', 'echo $A; echo \"[$HOME]\"; pwd -P' -Environment @{{ A = 1; HOME = $null }} -WorkingDirectory '{folder}' -Name Me").Texts();
        Assert.Equal(["1", "[]", folder], seen);
    }

    [Fact]
    public void The_time_allowed_ends_a_child_as_timed_out()
    {
        _session.Fails("TimedOut", "Invoke-ChildProcess sleep 600 -TimeoutSeconds 0.1");
        PSObject result = _session.One("Invoke-ChildProcess sh '-c', 'echo begun; exec sleep 600' -TimeoutSeconds 0.5 -Detailed");
        Assert.True((bool)result.Properties["TimedOut"].Value);
        Assert.Equal("begun", result.Properties["StandardOutput"].Value);
        Assert.Equal("SIGTERM", result.Properties["Signal"].Value);
    }

    [Fact]
    public void Detailed_tells_everything_and_writes_no_errors()
    {
        _session.Run("$r = Invoke-ChildProcess sh '-c', 'echo out; sleep 0.05; echo err >&2; exit 3' -Detailed");
        Assert.Equal("3||out|err|False|False|StandardOutput StandardError|1 2|True|True", _session.One(
            "($r.ExitCode, $r.Signal, $r.StandardOutput, $r.StandardError, $r.TimedOut, $r.Success, \"$($r.Record.Stream)\", \"$($r.Record.Sequence)\", ($r.Duration -gt 0), ($r.CpuTime -gt 0)) -join '|'").ToString());
        Assert.Empty(_session.Run("Get-ChildProcess"));
    }

    [Fact]
    public void WhatIf_starts_nothing()
    {
        Assert.Empty(_session.Run("Start-ChildProcess sleep 600 -WhatIf; 1..2 | Start-ChildProcess sleep 600 -WhatIf; Invoke-ChildProcess sleep 600 -WhatIf; 'x' | Invoke-ChildProcess cat -WhatIf"));
        Assert.Empty(_session.Run("Get-ChildProcess"));
    }

    [Fact]
    public void OnCompleted_runs_once_for_each_child_that_has_ended()
    {
        string[] ended = _session.Run("""
            $seen = [Collections.Concurrent.BlockingCollection[string]]::new()
            $children = 3, 4 | Start-ChildProcess sh '-c', 'read x; exit $x' -OnCompleted { param($child) ($using:seen).Add("$($_.ExitCode) $($child.State)") }
            $null = $children | Wait-ChildProcess
            foreach ($i in 1, 2) { $s = ''; $null = $seen.TryTake([ref] $s, 60000); $s }
            """).Texts();
        Assert.Equal(["3 Failed", "4 Failed"], ended.Order());
    }
}
