namespace PSNetConcurrency.Tests.Shell;

public class StreamTests
{
    [Fact]
    public async Task Errors_go_to_standard_error_and_the_rest_to_standard_output()
    {
        ShellResult result = await ShellProcess.CommandAsync(
            "function f { [CmdletBinding()] param() $PSCmdlet.WriteWarning('w'); $PSCmdlet.WriteVerbose('v'); 'out' }; f -Verbose; Get-NoSuchThing");

        Assert.Equal(["WARNING: w", "VERBOSE: v", "out"], result.Lines);
        Assert.Contains("Get-NoSuchThing", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_redirected_has_escape_sequences_or_progress()
    {
        ShellResult result = await ShellProcess.CommandAsync(
            "function f { [CmdletBinding()] param() $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'working', 'hard')) }; f; @{ a = 1 }; throw 'x'");

        Assert.DoesNotContain('\e', result.Output);
        Assert.DoesNotContain('\e', result.Error);
        Assert.DoesNotContain("working", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_in_a_file_shows_its_line()
    {
        using var script = new ScriptFile("'before'\nthrow 'boom'");

        ShellResult result = await ShellProcess.RunAsync(["-File", script.Path]);

        Assert.Equal(["before"], result.Lines);
        Assert.Contains($"{script.Path}:2", result.Error, StringComparison.Ordinal);
        Assert.Contains("boom", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unfinished_command_shows_where()
    {
        ShellResult result = await ShellProcess.CommandAsync("1 +");

        Assert.Contains("ParserError", result.Error, StringComparison.Ordinal);
        Assert.Contains("'+'", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Name = 'n'; Size = 3 }", "Name Size")]
    [InlineData("@{ a = 1 }", "Name                           Value")]
    [InlineData("Get-Command Get-AvailablePort", "CommandType     Name")]
    [InlineData("[IO.FileInfo]::new('./README')", "LastWriteTime")]
    public async Task Objects_are_formatted(string command, string heading)
    {
        ShellResult result = await ShellProcess.CommandAsync(command);

        Assert.Contains(heading, result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }
}
