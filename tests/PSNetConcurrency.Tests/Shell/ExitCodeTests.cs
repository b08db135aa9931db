namespace PSNetConcurrency.Tests.Shell;

public class ExitCodeTests
{
    [Theory]
    [InlineData("1", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("exit", 0)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Get-NoSuchThing", 1)]
    [InlineData("Get-NoSuchThing; 1", 0)]
    [InlineData("1 +", 1)]
    [InlineData("if (", 1)]
    [InlineData("& { exit 4 }; 'not reached'", 4)]
    public async Task Of_a_command(string command, int expected)
    {
        ShellResult result = await ShellProcess.CommandAsync(command);

        Assert.Equal(expected, result.ExitCode);
        Assert.DoesNotContain("not reached", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'ok'", 0)]
    [InlineData("'a'; exit 7; 'not reached'", 7)]
    [InlineData("function f { exit 8 }; f; 'not reached'", 8)]
    [InlineData("throw 'boom'; 'not reached'", 1)]
    [InlineData("Get-NoSuchThing; 'ok'", 0)]
    [InlineData("if (", 1)]
    public async Task Of_a_file(string text, int expected)
    {
        using var script = new ScriptFile(text);

        ShellResult result = await ShellProcess.RunAsync(["-File", script.Path]);

        Assert.Equal(expected, result.ExitCode);
        Assert.DoesNotContain("not reached", result.Output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_native_failure_at_the_end_of_a_command_is_1()
    {
        Assert.Equal(1, (await ShellProcess.CommandAsync("sh -c 'exit 9'")).ExitCode);
        Assert.Equal(0, (await ShellProcess.CommandAsync("sh -c 'exit 9'; 1")).ExitCode);
        Assert.Equal(9, (await ShellProcess.CommandAsync("sh -c 'exit 9'; exit $LASTEXITCODE")).ExitCode);
    }

    [UnixFact]
    public async Task A_script_without_the_extension_runs()
    {
        using var script = new ScriptFile("#!/usr/bin/env pwsh\n\"args: $args\"\nexit 2", "tool");

        ShellResult result = await ShellProcess.RunAsync([script.Path, "x"]);

        Assert.Equal(["args: x"], result.Lines);
        Assert.Equal(2, result.ExitCode);
    }
}
