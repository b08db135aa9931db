using System.Diagnostics;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>Processes started ahead: used once, like others to the script, and never left behind.</summary>
public sealed class PoolTests : IDisposable
{
    // All that a script can see of where it runs, but the number of its process.
    private const string Dump = """
        $provider = $ExecutionContext.SessionState.InvokeProvider
        "errors $($Error.Count)"; "history $(@(Get-History).Count)"
        "location $PWD $($ExecutionContext.SessionState.Path.CurrentLocation) $([Environment]::CurrentDirectory)"
        "culture $PSCulture $PSUICulture $([cultureinfo]::CurrentCulture.Name) $([cultureinfo]::DefaultThreadCurrentCulture)"
        "host $($Host.Name) $($Host.CurrentCulture) $($Host.Version)"
        "modules $(Get-Module)"
        "subscribers $($ExecutionContext.Events.Subscribers.Count)"
        foreach ($drive in 'Env:', 'Function:', 'Alias:') { foreach ($item in $provider.ChildItem.Get($drive, $false)) { "$drive $($item.Name)=$(if ($drive -eq 'Env:') { $item.Value })" } }
        foreach ($variable in $provider.ChildItem.Get('Variable:', $false)) { if ($variable.Name -notin 'PID', 'provider', 'drive', 'item', 'variable') { "Variable: $($variable.Name)=$($variable.Value) $($variable.Options)" } }
        """;

    private readonly PowerShellSession _session = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("psnc").FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PSNC_OLD", null);
        _session.Invoke("Get-ChildProcess | Remove-ChildProcess -Force; Get-ChildProcessPool | Remove-ChildProcessPool");
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_script_cannot_tell_its_process_from_one_that_was_started_for_it()
    {
        _session.Run("$env:PSNC_OLD = 'before'; $pool = New-ChildProcessPool -Size 2 -Wait");
        _session.Run("""
            function Both([hashtable] $More) {
                $script:cold = @(Start-ChildProcess $dump -Name Same @More | Receive-ChildProcess -Wait -AutoRemove)
                $script:pooled = @(Start-ChildProcess $dump -Name Same -Pool $pool @More | Receive-ChildProcess -Wait -AutoRemove)
            }
            """);
        _session.Run("$dump = [scriptblock]::Create($text); Both @{}", ("text", Dump));
        Assert.Equal(_session.Run("$cold").Texts(), _session.Run("$pooled").Texts());
        Assert.Contains(_session.Run("$pooled").Texts(), l => l == "Env: PSNETCONCURRENCY_NAME=Same");
        _session.Run("Both @{ WorkingDirectory = $folder; Environment = @{ NEW = 'set'; PSNC_OLD = $null } }", ("folder", _folder));
        string[] pooled = _session.Run("$pooled").Texts();
        Assert.Equal(_session.Run("$cold").Texts(), pooled);
        Assert.Contains("Env: NEW=set", pooled);
        Assert.DoesNotContain(pooled, l => l.StartsWith("Env: PSNC_OLD=", StringComparison.Ordinal));
        Assert.Equal("2 0", _session.One("\"$($pool.Used) $($pool.Missed)\"").ToString());
    }

    [Fact]
    public void Each_process_runs_one_script_and_is_replaced()
    {
        int ahead = (int)_session.One("$pool = New-ChildProcessPool -Size 1 -Name Work -Wait; $pool.ProcessId[0]").BaseObject;
        Assert.Empty(_session.Run("Get-ChildProcess"));
        _session.Run("$before = [datetimeoffset]::Now; $child = Start-ChildProcess { param($a) \"$PID $a $env:PSNETCONCURRENCY_NAME $env:PSNETCONCURRENCY_DEPTH $input\" } -ArgumentList 7 -InputObject 8, 9 -Pool work -Name Mine -PriorityClass BelowNormal; $miss = Invoke-ChildProcess { $PID } -Pool $pool.Id");
        Assert.Equal($"{ahead} 7 Mine 1 8 9", _session.One("$child | Receive-ChildProcess -Wait").ToString());
        Assert.Equal("Mine ScriptBlock Completed True True", _session.One("\"$($child.Name) $($child.Kind) $($child.State) $($child.StartTime -ge $before) $($child.ProcessId -ne $miss)\"").ToString());
        Assert.Equal("1 1 0.5", _session.One("\"$($pool.Used) $($pool.Missed) $($pool.HitRate)\"").ToString());
        ChildSession.WaitUntilGone(ahead);
        ChildSession.WaitUntil(() => (int)_session.One("$pool.Ready").BaseObject == 1, "The process is not replaced.");
        Assert.NotEqual(ahead, (int)_session.One("$pool.ProcessId[0]").BaseObject);

        // What a process reads only while it starts can't be changed afterwards.
        Assert.Equal("Asia/Tokyo", _session.One("Invoke-ChildProcess { $env:TZ } -Pool Work -Environment @{ TZ = 'Asia/Tokyo' }").ToString());
        Assert.Equal("1 2", _session.One("\"$($pool.Used) $($pool.Missed)\"").ToString());

        // It ends quickly, but not without what is to happen at its end.
        string file = Path.Combine(_folder, "ends");
        _session.Run("""
            Invoke-ChildProcess -Pool Work -ArgumentList $file {
                param($f)
                $e = [Linq.Expressions.Expression]
                $call = $e::Call([IO.File].GetMethod('AppendAllText', [type[]] ([string], [string])), [Linq.Expressions.Expression[]] ($e::Constant($f), $e::Constant('process')))
                $handler = $e::Lambda([EventHandler], $call, [Linq.Expressions.ParameterExpression[]] ($e::Parameter([object]), $e::Parameter([EventArgs]))).Compile()
                [AppDomain]::CurrentDomain.add_ProcessExit($handler)
                $global:file = $f
                $null = $ExecutionContext.Events.SubscribeEvent($null, $null, 'PowerShell.Exiting', $null, { [IO.File]::AppendAllText($global:file, 'engine ') }, $true, $false)
            }
            """, ("file", file));
        Assert.Equal("engine process", File.ReadAllText(file));

        // One that can't be told its job stays.
        ChildSession.WaitUntil(() => (int)_session.One("$pool.Ready").BaseObject == 1, "The process is not replaced.");
        _session.Fails("ArgumentNotSerializable", "Invoke-ChildProcess { } -Pool Work -ArgumentList ([Threading.Thread]::CurrentThread)");
        Assert.Equal("2 1", _session.One("\"$($pool.Used) $($pool.Ready)\"").ToString());
    }

    [Fact]
    public void One_that_dies_is_replaced_and_none_is_left_behind()
    {
        int first = (int)_session.One("$pool = New-ChildProcessPool -Size 1 -Wait; $pool.ProcessId[0]").BaseObject;
        using (Process process = Process.GetProcessById(first))
        {
            process.Kill();
        }
        int second = 0;
        ChildSession.WaitUntil(() => _session.Run("$pool.ProcessId").FirstOrDefault()?.BaseObject is int id && (second = id) != first, "The process is not replaced.");
        Assert.True(ChildSession.IsAlive(second));
        _session.Run("$pool | Remove-ChildProcessPool");
        ChildSession.WaitUntilGone(second);
        Assert.Equal("Closed", _session.One("$pool.State").ToString());
        Assert.Empty(_session.Run("Get-ChildProcessPool"));
        _session.Fails("HandleClosed", "Start-ChildProcess { } -Pool $pool");

        int third = (int)_session.One("(New-ChildProcessPool -Size 1 -Wait).ProcessId[0]").BaseObject;
        _session.Run("Remove-Module PSNetConcurrency");
        Assert.False(ChildSession.IsAlive(third));
    }

    [Fact]
    public void What_cannot_be_pooled_is_refused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        _session.Fails("BootstrapFailed", "New-ChildProcessPool -Size 1 -PowerShellPath /bin/true -Wait");
        Assert.Empty(_session.Run("Get-ChildProcessPool"));
        _session.Fails("PowerShellNotFound", "New-ChildProcessPool -PowerShellPath /no/such/pwsh");
        _session.Run("$pool = New-ChildProcessPool -Size 1 -PowerShellPath /bin/true -Name Bad");
        _session.Fails("BootstrapFailed", "Invoke-ChildProcess { } -Pool Bad");
        _session.Fails("InvalidArgument", "Start-ChildProcess { } -Pool Bad -Via ssh, host");
        _session.Fails("InvalidArgument", "Start-ChildProcess { } -Pool Bad -Detached");
        _session.Fails("InvalidArgument", "Start-ChildProcess { } -Pool Bad -PowerShellPath pwsh");
        _session.Fails("InvalidArgument", "Start-ChildProcess -FilePath true -Pool Bad");
        _session.Fails("HandleNotFound", "Remove-ChildProcessPool NoSuch");
        Assert.Contains("no pool", _session.Fails("ParameterArgumentTransformationError", "Start-ChildProcess { } -Pool NoSuch").Exception.Message, StringComparison.Ordinal);
    }
}
