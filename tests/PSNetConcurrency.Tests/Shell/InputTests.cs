namespace PSNetConcurrency.Tests.Shell;

public class InputTests
{
    [Fact]
    public async Task Piped_text_is_input_of_a_command()
    {
        ShellResult result = await ShellProcess.CommandAsync("$input | ForEach-Object { \"<$_>\" }", "a\nb\n");

        Assert.Equal(["<a>", "<b>"], result.Lines);
    }

    [Fact]
    public async Task Piped_text_is_input_of_a_file()
    {
        using var script = new ScriptFile("process { \"<$_>\" } end { \"end $($input.Count)\" }");

        ShellResult result = await ShellProcess.RunAsync(["-File", script.Path], "a\nb\n");

        Assert.Equal(["<a>", "<b>"], result.Lines[..2]);
    }

    [Fact]
    public async Task Standard_input_is_left_to_a_script_that_does_not_use_it()
    {
        ShellResult result = await ShellProcess.CommandAsync(
            "$s = [Console]::OpenStandardInput(); $b = [byte[]]::new(100); $n = 0; while (($r = $s.Read($b, $n, 50)) -gt 0) { $n += $r }; [Text.Encoding]::UTF8.GetString($b, 0, $n)", "first\nsecond");

        Assert.Equal(["first", "second"], result.Lines);
    }

    [Fact]
    public async Task A_dash_reads_commands_without_prompts()
    {
        ShellResult result = await ShellProcess.RunAsync(["-Command", "-"], "1 + 1\nif ($true) {\n'yes'\n}\nelse {\n'no'\n}\n\nexit 4\n");

        Assert.Equal(["2", "yes"], result.Lines);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public async Task A_block_that_never_ends_is_an_error()
    {
        ShellResult result = await ShellProcess.RunAsync(["-Command", "-"], "if ($true) {\n 1\n");

        Assert.Contains("ParserError", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Theory]
    [InlineData("-File", "-")]
    [InlineData]
    public async Task Without_a_command_the_prompt_and_the_commands_are_shown(params string[] arguments)
    {
        ShellResult result = await ShellProcess.RunAsync(arguments, "20 + 1\n");

        Assert.Contains(result.Lines, line => line.EndsWith("> 20 + 1", StringComparison.Ordinal));
        Assert.Contains("21", result.Lines);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_mandatory_parameter_is_asked_for()
    {
        ShellResult result = await ShellProcess.CommandAsync("function f([Parameter(Mandatory)] [int] $Number) { \"got $($Number + 1)\" }; f", "41\n");

        Assert.Contains("Number: got 42", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y", "0")]
    [InlineData("No", "1")]
    [InlineData("", "1")]
    public async Task A_choice_is_made_by_key_label_or_default(string answer, string expected)
    {
        ShellResult result = await ShellProcess.CommandAsync("$r = $Host.UI.PromptForChoice('Title', 'Sure?', @('&Yes', '&No'), 1); ''; $r", answer + "\n");

        Assert.Equal(expected, result.Lines[^1]);
        Assert.Contains("[Y] Yes  [N] No  [?] Help (default is \"N\")", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$Host.UI.ReadLine()")]
    [InlineData("$Host.UI.PromptForChoice('a', 'b', @('&Yes', '&No'), 0)")]
    [InlineData("$Host.UI.PromptForCredential('a', 'b', 'c', 'd')")]
    [InlineData("function f([Parameter(Mandatory)] $x) { $x }; f")]
    public async Task NonInteractive_fails_instead_of_asking(string command)
    {
        ShellResult result = await ShellProcess.RunAsync(["-NonInteractive", "-Command", command], "y\n");

        Assert.Equal(1, result.ExitCode);
        Assert.NotEqual("", result.Error);
        Assert.Equal("", result.Output);
    }
}
