using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>What scripts write on the way, what they read, and what stops them.</summary>
public sealed class ScriptStreamTests : ChildTests
{
    [Fact]
    public void All_streams_keep_the_order_they_were_written_in()
    {
        string[] records = _session.Run("""
            Start-ChildProcess {
                $VerbosePreference = $DebugPreference = 'Continue'
                function Say { [CmdletBinding()] param() $PSCmdlet.WriteWarning('w'); $PSCmdlet.WriteObject(1); $PSCmdlet.WriteVerbose('v'); $PSCmdlet.WriteDebug('d'); $PSCmdlet.WriteInformation('i', [string[]] ('t'))
                    $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'a', 's')); $PSCmdlet.WriteObject(2) }
                Say
                $table = @{ A = 1 }; $table; $table.A = 9
                $talks = [pscustomobject] @{ A = 5 }; $talks.PSObject.Properties.Add([psscriptproperty]::new('P', { [void] (& { [CmdletBinding()] param() $PSCmdlet.WriteWarning('from the property') }); 7 })); $talks
                'last'
            } | Receive-ChildProcess -Wait -AsRecord | Where-Object Stream -NE StandardError | ForEach-Object {
                "$($_.Stream) $(if ($_.Stream -eq 'Progress') { $_.Value.Activity } elseif ($_.Value -is [hashtable]) { $_.Value.A } elseif ($_.Value.P) { "P$($_.Value.P)" } else { $_.Value })"
            }
            """).Texts();
        Assert.Equal(["Warning w", "Output 1", "Verbose v", "Debug d", "Information i", "Progress a", "Output 2", "Output 1", "Output P7", "Warning from the property", "Output last"], records);
    }

    [Fact]
    public void A_signal_from_outside_lets_finally_run()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        string[] ends = _session.Run("""
            $children = foreach ($file in "$folder/INT", "$folder/TERM") { Start-ChildProcess { try { 'up'; while ($true) { } } finally { [IO.File]::WriteAllText($args[0], '') } } $file }
            foreach ($child in $children) { do { [Threading.Thread]::Sleep(1); $more = $child.HasMoreData } until ($more) }
            $null = Invoke-ChildProcess sh '-c', "kill -INT $($children[0].ProcessId); kill -TERM $($children[1].ProcessId)"
            $children | Wait-ChildProcess | ForEach-Object { "$($_.State) $($_.Signal)" }
            """, ("folder", _folder)).Texts();
        Assert.Equal(["Failed SIGINT", "Failed SIGTERM"], ends);
        Assert.Equal(["INT", "TERM"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Input_ends_behind_what_still_waits_to_be_sent()
    {
        // More than may be under way, from two senders at once; then the end.
        Assert.Equal("40 4000000", _session.One("""
            $child = Start-ChildProcess { $count = $length = 0; foreach ($text in $input) { $count++; $length += $text.Length }; "$count $length" }
            $texts = [string[]]::new(20); [Array]::Fill($texts, 'x' * 100000)
            $other = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()).AddScript('param($child, $texts, $manifest) Import-Module $manifest; $texts | Send-ChildProcess $child').AddArgument($child).AddArgument($texts).AddArgument($manifest)
            $sending = $other.BeginInvoke()
            $texts | Send-ChildProcess $child
            $other.EndInvoke($sending)
            $child | Send-ChildProcess -EndInput
            $child | Receive-ChildProcess -Wait
            """, ("manifest", TestEnvironment.ManifestPath)).ToString());
    }

    [Fact]
    public void A_child_that_never_stops_writing_waits_for_its_reader()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        _session.Run("$child = Start-ChildProcess { while ($true) { 'x' * 100000 } }");
        int id = (int)_session.One("$child.ProcessId").BaseObject;
        // Held up in the write to its pipe, it uses no processor.
        ChildSession.WaitUntil(() => Directory.GetDirectories($"/proc/{id}/task").Any(t => Reading(Path.Combine(t, "wchan")).Contains("pipe_write", StringComparison.Ordinal)
            || Reading(Path.Combine(t, "syscall")).StartsWith("1 ", StringComparison.Ordinal)), "The child is not held up.");
        Assert.Equal("100000", _session.One("$child | Receive-ChildProcess -Wait | Select-First | ForEach-Object Length").ToString());
    }

    [Fact]
    public void Modules_and_preferences_are_there_before_the_script()
    {
        string module = Path.Combine(_folder, "Greets.psm1");
        File.WriteAllText(module, "function Get-Greeting { \"hello $([cultureinfo]::CurrentCulture)\" }");
        Assert.Equal(["hello de-DE", "Stop"], _session.Run("[Threading.Thread]::CurrentThread.CurrentCulture = 'de-DE'; Invoke-ChildProcess -Module $module -Variable @{ ErrorActionPreference = 'Stop' } { Get-Greeting; \"$ErrorActionPreference\" }", ("module", module)).Texts());
        ErrorRecord error = _session.Fails("ScriptFailed", "Invoke-ChildProcess -Module \"$module.none\" { 1 }");
        Assert.Contains("Greets.psm1.none", error.Exception.Message, StringComparison.Ordinal);
    }

    private static string Reading(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
