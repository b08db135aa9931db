using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>What children wrote: in order, nothing lost, nothing twice.</summary>
public sealed class ReceiveTests : ChildTests
{
    [Fact]
    public void Nothing_is_lost_when_somebody_has_enough()
    {
        _session.Run("$c = Start-ChildProcess seq 1, 1000 | Wait-ChildProcess");
        Assert.Equal(["1", "2"], _session.Run("$c | Receive-ChildProcess | Select-First 2").Texts());
        Assert.Equal("3", _session.One("$c | Receive-ChildProcess -Wait | Select-First").ToString());
        Assert.Equal("True", _session.One("$c.HasMoreData").ToString());
        string[] rest = _session.Run("$c | Receive-ChildProcess").Texts();
        Assert.Equal(Enumerable.Range(4, 997).Select(i => $"{i}"), rest);
        Assert.Equal("False", _session.One("$c.HasMoreData").ToString());
    }

    [Fact]
    public void Kept_output_comes_again()
    {
        _session.Run("$c = Start-ChildProcess sh '-c', 'echo a; printf b; exit 2' | Wait-ChildProcess");
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(["a", "b"], _session.Invoke("$c | Receive-ChildProcess -Keep").Texts());
            Assert.StartsWith("ExitCodeNotZero", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        }
        Assert.Equal(["a", "b"], _session.Invoke("$c | Receive-ChildProcess").Texts());
        Assert.Single(_session.Errors);
        Assert.Empty(_session.Run("$c | Receive-ChildProcess"));
    }

    [Fact]
    public void A_stream_that_is_not_asked_for_stays()
    {
        _session.Run("$c = Start-ChildProcess sh '-c', 'for i in 1 2 3; do echo o$i; sleep 0.03; echo e$i >&2; sleep 0.03; done' | Wait-ChildProcess");
        _session.Invoke("$c | Receive-ChildProcess -Stream StandardError");
        Assert.Equal(["e1", "e2", "e3"], _session.Errors.Select(e => e.ToString()));
        Assert.Empty(_session.Run("$c | Receive-ChildProcess -Stream StandardError"));
        Assert.Equal(["o1", "o2", "o3"], _session.Run("$c | Receive-ChildProcess").Texts());
        Assert.Equal("False", _session.One("$c.HasMoreData").ToString());
    }

    [Fact]
    public void What_was_read_ahead_as_lines_or_bytes_is_handed_on_once_and_whole()
    {
        _session.Run("$c = Start-ChildProcess sh '-c', 'echo e >&2; read x; printf \"ab\\ncd\\nef\"'; do { $more = $c.HasMoreData } until ($more); 'x' | Send-ChildProcess $c; $null = $c | Wait-ChildProcess");
        Assert.Equal("ab", _session.One("$c | Receive-ChildProcess -Stream StandardOutput | Select-First").ToString());
        // The rest as bytes, in whatever pieces, and of a piece what is new.
        Assert.Equal("63 64 0A 65 66", _session.One("-join (@($c | Receive-ChildProcess -Stream StandardOutput -AsByteStream) | ForEach-Object { foreach ($b in $_) { '{0:X2} ' -f $b } })").ToString().TrimEnd());
        Assert.Empty(_session.Run("$c | Receive-ChildProcess -Stream StandardOutput"));
        _session.Invoke("$c | Receive-ChildProcess");
        Assert.Equal(["e"], _session.Errors.Select(e => e.ToString()));
        Assert.Equal("False", _session.One("$c.HasMoreData").ToString());
    }

    [Fact]
    public void Records_tell_stream_order_and_time()
    {
        string[] records = _session.Run("Start-ChildProcess sh '-c', 'echo o; sleep 0.05; echo e >&2' | Receive-ChildProcess -Wait -AsRecord | ForEach-Object { \"$($_.Sequence) $($_.Stream) $($_.Value)\"; $_.Time.Ticks }").Texts();
        Assert.Equal(["1 StandardOutput o", "2 StandardError e"], [records[0], records[2]]);
        Assert.True(long.Parse(records[1], System.Globalization.CultureInfo.InvariantCulture) <= long.Parse(records[3], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_line_that_has_begun_waits_for_its_end_and_is_not_forgotten()
    {
        Assert.Equal("True", _session.One("""
            $c = Start-ChildProcess sh '-c', 'printf begun; read x; echo " $x"'
            do { [Threading.Thread]::Sleep(1); $more = $c.HasMoreData } until ($more)
            $nothing = $c | Receive-ChildProcess
            $null -eq $nothing -and $c.HasMoreData
            """).ToString());
        Assert.Equal("begun ended", _session.One("'ended' | Send-ChildProcess $c; $c | Receive-ChildProcess -Wait").ToString());
    }

    [Fact]
    public void Bytes_are_as_they_were()
    {
        byte[] bytes = [0, 10, 13, 255, 10, 10];
        object[] seen = [.. _session.Run("$c = Start-ChildProcess cat -StandardInput $bytes; $c | Receive-ChildProcess -Wait -AsByteStream | ForEach-Object { $_ }", ("bytes", bytes)).Select(b => b.BaseObject)];
        Assert.Equal(bytes, seen.SelectMany(s => s as byte[] ?? [(byte)s]));
    }

    [Fact]
    public void Several_are_received_as_they_come()
    {
        string[] seen = _session.Run("$slow = Start-ChildProcess sh '-c', 'read x; echo slow'; $fast = Start-ChildProcess echo fast; $slow, $fast | Receive-ChildProcess -Wait | ForEach-Object { $_; if ($_ -eq 'fast') { 'x' | Send-ChildProcess $slow } }").Texts();
        Assert.Equal(["fast", "slow"], seen);
    }

    [Fact]
    public void Waiting_for_a_child_that_prints_more_than_memory_holds_never_stands_still()
    {
        Assert.Equal("30000000", _session.One("$c = Start-ChildProcess head '-c', 30000000, /dev/zero; $null = $c | Wait-ChildProcess; $n = 0; $c | Receive-ChildProcess -AsByteStream | ForEach-Object { $n += $_.Length }; $n").ToString());
    }

    [Fact]
    public void Input_is_sent_and_ended_and_refused_after()
    {
        Assert.Equal(["a", "b", "cd"], _session.Run("$c = Start-ChildProcess cat; 'a', 'b' | Send-ChildProcess $c; $c | Send-ChildProcess -InputObject 'c' -NoNewline; Send-ChildProcess -Id $c.Id -InputObject 'd' -EndInput; $c | Receive-ChildProcess -Wait").Texts());
        _session.Fails("HandleClosed", "'x' | Send-ChildProcess $c");
        Assert.Equal(["e", "f", "g"], _session.Run("$c = Start-ChildProcess cat -Name Kid; 'e', 'f' | Send-ChildProcess Kid; Send-ChildProcess $c.Id g -EndInput; $c | Receive-ChildProcess -Wait -AutoRemove").Texts());
        Assert.Equal("Completed", _session.One("$c = Start-ChildProcess cat; $c | Send-ChildProcess -EndInput -PassThru | Wait-ChildProcess | ForEach-Object State").ToString());
    }

    [Fact]
    public void AutoRemove_takes_what_has_ended_off_the_list()
    {
        Assert.Equal(["x"], _session.Run("Start-ChildProcess echo x | Wait-ChildProcess | Receive-ChildProcess -AutoRemove; Get-ChildProcess").Texts());
        _session.Fails("InvalidArgument", "Start-ChildProcess echo x | Receive-ChildProcess -Keep -AutoRemove");
        _session.Run("Get-ChildProcess | Wait-ChildProcess | Remove-ChildProcess");
        _session.Fails("ExitCodeNotZero", "Start-ChildProcess sh '-c', 'exit 3' | Receive-ChildProcess -Wait -AutoRemove -ErrorAction Stop");
        Assert.Empty(_session.Run("Get-ChildProcess"));
    }
}
