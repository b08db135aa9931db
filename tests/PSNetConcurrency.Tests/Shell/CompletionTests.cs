using System.Management.Automation;

namespace PSNetConcurrency.Tests.Shell;

/// <summary>What the Tab key offers where an object may be named as well.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose()
    {
        _shell.Run("Get-ChildProcess Kid | Remove-ChildProcess -Force; Remove-ChildProcessPool Pond; Stop-FleetSchedule Night; Remove-TcpSession Talk; Stop-NetListener Alpha");
        _shell.Dispose();
    }

    [Fact]
    public void A_name_is_offered_by_position_and_not_for_an_object()
    {
        _shell.Run("""
            $null = Start-TcpEchoServer -Name Alpha | New-TcpSession -Name Talk
            $null = Start-ChildProcess cat -Name Kid
            $null = New-ChildProcessPool -Name Pond -Size 1
            $null = Start-FleetSchedule local { 1 } -Cron '0 3 * * *' -Name Night
            """);
        foreach ((string cmdlet, string parameter, string name) in new[]
        {
            ("Stop-NetListener", "Listener", "Alpha"), ("Receive-NetListener", "Listener", "Alpha"), ("Get-NetListener", "", "Alpha"), ("Remove-TcpSession", "Session", "Talk"),
            ("Stop-ChildProcess", "ChildProcess", "Kid"), ("Send-ChildProcess", "ChildProcess", "Kid"), ("Remove-ChildProcessPool", "Pool", "Pond"), ("Stop-FleetSchedule", "Schedule", "Night"),
        })
        {
            Assert.Contains(name, Offered($"{cmdlet} "));
            Assert.Equal([name], Offered($"{cmdlet} {name[..2].ToLowerInvariant()}"));
            if (parameter.Length > 0)
            {
                Assert.DoesNotContain(name, Offered($"{cmdlet} -{parameter} "));
                Assert.DoesNotContain(name, Offered($"{cmdlet} -{parameter[..4]} "));
            }
        }
        Assert.Equal(["RATE"], Offered("Start-TimeServer -KissCode ra"));
    }

    // Where there is nothing to offer the engine may put out a null beside the empty list.
    private string[] Offered(string line) =>
        [.. _shell.Run("[Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | ForEach-Object CompletionText", ("line", line)).OfType<PSObject>().Select(o => o.ToString())];
}
