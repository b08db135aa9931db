using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>Scripts, script files and classes as children: what goes in, what comes out, what goes wrong.</summary>
public sealed class ScriptChildTests : ChildTests
{
    [Fact]
    public void Values_go_in_by_every_door()
    {
        string[] seen = _session.Run("""
            $word = 'using'; $other = 'named'
            Invoke-ChildProcess -ArgumentList 'position' -Parameter @{ B = 'parameter' } -Variable other, @{ c = 'table' } -InitializationScript { function Said($x) { "<$x>" } } -Environment @{ D = 'environment' } {
                param($a, $b)
                Said $using:word; Said $a; Said $b; Said $other; Said $c; Said $env:D
            }
            """).Texts();
        Assert.Equal(["<using>", "<position>", "<parameter>", "<named>", "<table>", "<environment>"], seen);
    }

    [Fact]
    public void Using_takes_each_name_and_scope_for_itself_and_the_environment_and_functions_too()
    {
        _session.Run("${a-b} = 1; ${a_b} = 2; $a_002d_b = 3; $script:x = 10; $script_x = 20; $env:PSNC_TEST = 'here'; function Twice($n) { 2 * $n }");
        Assert.Equal("1 2 3 10 20 here 14", _session.One("""
            Invoke-ChildProcess { "${using:a-b} ${using:a_b} $using:a_002d_b $using:script:x $using:script_x $using:env:PSNC_TEST $(& ([scriptblock]::Create($using:function:Twice)) 7)" }
            """).ToString());
        Assert.Equal("env:PSNC_NONE", _session.Fails("InvalidArgument", "Invoke-ChildProcess { $using:env:PSNC_NONE }").TargetObject);
        _session.Run("$block = { }");
        Assert.Contains("$using:block is", _session.Fails("ArgumentNotSerializable", "Invoke-ChildProcess { $using:block }").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_initialization_script_has_the_values_and_does_not_change_them()
    {
        Assert.Equal("9 5 5", _session.One("$z = 9; Invoke-ChildProcess { \"$w $v $q\" } -Variable @{ q = 5 } -InitializationScript { $w = $using:z; $v = $q; $q = 6 }").ToString());
    }

    [Fact]
    public void Types_come_back_as_they_went()
    {
        Assert.Equal("Int64 DateTime Double Byte[] PSCustomObject 1 a", _session.One("""
            $o = @(Invoke-ChildProcess { [long] 1; [datetime] '2020-01-01'; 1.5; , [byte[]] (1, 2); [pscustomobject] @{ A = 1; B = [ordered] @{ x = 'a' } } })
            "$($o | ForEach-Object { $_.GetType().Name }) $($o[4].A) $($o[4].B.x)"
            """).ToString());
    }

    [Fact]
    public void Streams_come_in_the_order_they_were_written()
    {
        string[] records = _session.Run("""
            Start-ChildProcess { $VerbosePreference = 'Continue'; $e = $ExecutionContext; 'one'; $host.UI.WriteWarningLine('no stream'); & { [CmdletBinding()] param() $PSCmdlet.WriteWarning('two'); $PSCmdlet.WriteObject('three'); $PSCmdlet.WriteVerbose('four'); $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([ArgumentException]::new('five'), 'MyId', 'InvalidData', 7)) }; 'six' } |
                Receive-ChildProcess -Wait -AsRecord | Where-Object { $_.Stream -ne 'StandardError' -and "$($_.Value)" -ne 'no stream' } | ForEach-Object { "$($_.Stream) $($_.Value)" }
            """).Texts();
        Assert.Equal(["Output one", "Warning two", "Output three", "Verbose four", "Error five", "Output six"], records);
    }

    [Fact]
    public void An_error_keeps_its_id_category_and_target()
    {
        ErrorRecord error = _session.Fails("MyId", "Invoke-ChildProcess { & { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([ArgumentException]::new('five'), 'MyId', 'InvalidData', 7)) } }");
        Assert.Equal((ErrorCategory.InvalidData, "five", 7), (error.CategoryInfo.Category, error.Exception.Message, error.TargetObject));
    }

    [Fact]
    public void What_is_printed_to_the_console_is_text_and_breaks_nothing()
    {
        _session.Run("$output = @(Invoke-ChildProcess { [Console]::Out.WriteLine('printed'); 'object'; [Console]::Error.WriteLine('noted') } -InformationVariable shown)");
        Assert.Equal("object", _session.One("$output").ToString());
        Assert.Equal(["printed", "noted"], _session.Run("$shown | ForEach-Object { \"$_\" }").Texts());
    }

    [Fact]
    public void One_child_an_item_with_the_item_at_hand()
    {
        Assert.Equal(["1:1", "2:2", "3:3"], _session.Run("1..3 | Start-ChildProcess { \"${_}:$input\" } -ThrottleLimit 2 | Receive-ChildProcess -Wait -AutoRemove").Texts().Order());
        Assert.Equal(["<a>", "<b>"], _session.Run("'a', 'b' | Invoke-ChildProcess { process { \"<$_>\" } }").Texts().Order());
        Assert.Equal("a b", _session.One("Invoke-ChildProcess { \"$input\" } -InputObject 'a', 'b'").ToString());
    }

    [Fact]
    public void The_input_of_a_function_in_a_script_is_nobody_s_to_send()
    {
        Assert.Equal("6", _session.One("Start-ChildProcess { function Total { $t = 0; foreach ($i in $input) { $t += $i }; $t }; 1..3 | Total; & { $input } } | Wait-ChildProcess -TimeoutSeconds 60 | Receive-ChildProcess").ToString());
    }

    [Fact]
    public void Of_a_list_every_element_must_be_one_that_can_be_sent() =>
        _session.Fails("ArgumentNotSerializable", "Invoke-ChildProcess { \"$input\" } -InputObject 1, { 2 } -TimeoutSeconds 60");

    [Fact]
    public void A_detached_script_has_all_its_input_though_its_parent_leaves_at_once()
    {
        string large = Path.Combine(_folder, "large"), small = Path.Combine(_folder, "small");
        // The first is sent more than a pipe holds, and the second has not begun when its parent is gone.
        _session.Run("""
            Invoke-ChildProcess -ArgumentList $manifest, $large, $small {
                param($manifest, $large, $small)
                Import-Module $manifest
                $null = Start-ChildProcess -Detached -ArgumentList $large -InputObject (@('x' * 1000) * 300) { param($file) $n = 0; foreach ($i in $input) { $n += $i.Length }; [IO.File]::WriteAllText($file, $n) }
                $null = Start-ChildProcess -Detached -ArgumentList $small -InputObject 1, 2, 3 { param($file) [IO.File]::WriteAllText($file, "$input") }
            }
            """, ("manifest", TestEnvironment.ManifestPath), ("large", large), ("small", small));
        ChildSession.WaitUntil(() => File.Exists(large) && File.ReadAllText(large) == "300000" && File.Exists(small) && File.ReadAllText(small) == "1 2 3", "The detached children do not do all of their work.");
    }

    [Fact]
    public void A_running_script_is_fed_until_its_input_ends()
    {
        Assert.Equal("got 1", _session.One("$c = Start-ChildProcess { process { \"got $_\" } end { 'end' } }; 1 | Send-ChildProcess $c; $c | Receive-ChildProcess -Wait | Select-First").ToString());
        Assert.Equal(["got 2", "end"], _session.Run("2 | Send-ChildProcess $c -EndInput; $c | Receive-ChildProcess -Wait").Texts());
        _session.Fails("HandleClosed", "3 | Send-ChildProcess $c");
    }

    [Fact]
    public void A_script_file_knows_its_folder_and_parameters()
    {
        string path = Path.Combine(_folder, "a script.ps1");
        File.WriteAllText(path, "param($A, [switch] $B) \"$A $B $($PSScriptRoot -eq [IO.Path]::GetDirectoryName($PSCommandPath))\"; exit 6");
        Assert.Equal("1 True True", Assert.Single(_session.Invoke($"Invoke-ChildProcess -FilePath '{path}' -ArgumentList 1 -Parameter @{{ B = $true }}")).ToString());
        Assert.StartsWith("ExitCodeNotZero", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        _session.Fails("FileNotFound", "Start-ChildProcess -FilePath ./no-such.ps1");
        _session.Fails("InvalidArgument", $"Start-ChildProcess -FilePath '{path}' -StandardInput x");
    }

    [Fact]
    public void A_class_is_made_set_and_run()
    {
        const string Definition = "class Base {\n [string] $Name\n [int] $Times = 1\n Base([string] $n) { $this.Name = $n }\n [string[]] Run() { return @(\"$($this.Name) runs\") * $this.Times } }\nclass Worker : Base {\n Worker([string] $n) : base($n) { } }\nclass Idle { }";
        string path = Path.Combine(_folder, "Worker.ps1");
        File.WriteAllText(path, Definition);
        Assert.Equal(["Ann runs", "Ann runs"], _session.Run("Invoke-ChildProcess -ClassName Worker -Definition $d -ArgumentList Ann -Property @{ Times = 2 }", ("d", Definition)).Texts());
        Assert.Equal(["Bob runs"], _session.Run($"Invoke-ChildProcess -ClassName Worker -ClassPath '{path}' -ArgumentList Bob").Texts());
        Assert.Equal("Class Worker", _session.One("$c = Start-ChildProcess -ClassName Worker -Definition $d -ArgumentList Ann; \"$($c.Kind) $($c.Command)\"").ToString());
        _session.Fails("ClassNotFound", "Start-ChildProcess -ClassName Nobody -Definition $d");
        _session.Fails("RunMethodMissing", "Start-ChildProcess -ClassName Idle -Definition $d");
        _session.Fails("FileNotFound", "Start-ChildProcess -ClassName Worker -ClassPath ./nowhere.ps1");
    }

    [Fact]
    public void A_script_that_throws_failed_with_what_it_threw_after_its_output()
    {
        Assert.Equal(["before"], _session.Invoke("$c = Start-ChildProcess { 'before'; throw 'boom' } | Wait-ChildProcess; $c | Receive-ChildProcess").Texts());
        ErrorRecord error = Assert.Single(_session.Errors);
        Assert.StartsWith("ScriptFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("boom", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("boom", error.Exception.InnerException!.Message);
        Assert.Equal("Failed", _session.One("$c.State").ToString());
    }

    [Theory]
    [InlineData("ExitCodeNotZero", "{ exit 3 }")]
    [InlineData("ChildKilled", "{ [Diagnostics.Process]::GetCurrentProcess().Kill() }")]
    [InlineData("TimedOut", "{ [Threading.Thread]::Sleep(-1) } -TimeoutSeconds 2")]
    [InlineData("ArgumentNotSerializable", "{ } -ArgumentList ([Threading.Thread]::CurrentThread)")]
    [InlineData("ArgumentNotSerializable", "{ } -Variable @{ v = { } }")]
    [InlineData("PowerShellNotFound", "{ } -PowerShellPath /no/such/pwsh")]
    [InlineData("BootstrapFailed", "{ } -PowerShellPath /bin/true")]
    [InlineData("LauncherFailed", "{ } -Via sh, -c, 'echo no such host >&2; exit 255', sh")]
    [InlineData("ProgramNotFound", "{ } -Via no-such-launcher, host")]
    [InlineData("InvalidArgument", "{ } -Variable noSuchVariable")]
    [InlineData("InvalidArgument", "{ $using:noSuchVariable }")]
    public void Every_failure_has_its_id(string errorId, string arguments)
    {
        if (OperatingSystem.IsLinux())
        {
            _session.Fails(errorId, $"Invoke-ChildProcess {arguments}");
            Assert.Empty(_session.Run("Get-ChildProcess"));
        }
    }

    [Fact]
    public void An_item_that_cannot_be_carried_is_one_error_and_the_others_run()
    {
        Assert.Equal(["1", "2"], _session.Invoke("1, [Threading.Thread]::CurrentThread, 2 | Invoke-ChildProcess { \"$_\" }").Texts().Order());
        Assert.StartsWith("ArgumentNotSerializable", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_runaway_stops_at_the_depth_limit()
    {
        string? before = Environment.GetEnvironmentVariable("PSNETCONCURRENCY_DEPTH");
        Environment.SetEnvironmentVariable("PSNETCONCURRENCY_DEPTH", "8");
        try
        {
            _session.Fails("DepthLimitReached", "Start-ChildProcess { }");
            _session.Fails("DepthLimitReached", "Start-ChildProcess -FilePath true");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PSNETCONCURRENCY_DEPTH", before);
        }
    }

    [Fact]
    public void Ctrl_C_ends_scripts_that_were_invoked()
    {
        string file = Path.Combine(_folder, "pid");
        _session.Interrupt($"1..2 | Invoke-ChildProcess {{ [IO.File]::AppendAllText('{file}', \"$PID`n\"); [Threading.Thread]::Sleep(-1) }}",
            () => File.Exists(file) && File.ReadAllText(file).Split('\n').Length == 3);
        Assert.All(File.ReadAllText(file).Trim().Split('\n'), id => ChildSession.WaitUntilGone(ChildSession.Number(id)));
    }
}
