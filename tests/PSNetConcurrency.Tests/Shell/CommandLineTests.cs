using System.Text;

namespace PSNetConcurrency.Tests.Shell;

public class CommandLineTests
{
    [Theory]
    [InlineData("-Command")]
    [InlineData("-c")]
    [InlineData("--command")]
    [InlineData("-COMM")]
    public async Task Command_is_the_rest_of_the_line(string option)
    {
        ShellResult result = await ShellProcess.RunAsync(["-nop", "-nol", option, "'a'", ";", "1 + 1"]);

        Assert.Equal(["a", "2"], result.Lines);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("-EncodedCommand")]
    [InlineData("-e")]
    [InlineData("-ec")]
    [InlineData("-enc")]
    public async Task EncodedCommand_is_utf16_in_base64(string option)
    {
        string encoded = Convert.ToBase64String(Encoding.Unicode.GetBytes("'grüße'; exit 5"));

        ShellResult result = await ShellProcess.RunAsync([option, encoded]);

        Assert.Equal(["grüße"], result.Lines);
        Assert.Equal(5, result.ExitCode);
    }

    [Theory]
    [InlineData("-File")]
    [InlineData("-f")]
    [InlineData(null)]
    public async Task File_binds_named_switch_and_positional_arguments(string? option)
    {
        using var script = new ScriptFile("param($Name, [switch]$Loud, [switch]$Off, $Rest) \"$Name|$Loud|$Off|$Rest|$args\"");
        string[] arguments = [script.Path, "-Name", "bob", "-Loud", "-Off:$false", "left", "over"];

        ShellResult result = await ShellProcess.RunAsync(option is null ? arguments : ["-NoProfile", option, .. arguments]);

        Assert.Equal(["bob|True|False|left|over"], result.Lines);
    }

    [Fact]
    public async Task CommandWithArgs_fills_args()
    {
        ShellResult result = await ShellProcess.RunAsync(["-cwa", "$args.Count; $args[1]", "a", "b c"]);

        Assert.Equal(["2", "b c"], result.Lines);
    }

    [Theory]
    [InlineData("-WorkingDirectory")]
    [InlineData("-wd")]
    public async Task WorkingDirectory_is_where_the_command_starts(string option)
    {
        using var script = new ScriptFile("", "[odd] name.ps1");
        string folder = Path.GetDirectoryName(script.Path)!;

        ShellResult result = await ShellProcess.RunAsync([option, folder, "-c", "$PWD.Path"]);

        Assert.Equal([folder], result.Lines);
    }

    [Fact]
    public async Task Accepted_options_change_nothing()
    {
        ShellResult result = await ShellProcess.RunAsync(
            ["-NoProfile", "-NoLogo", "-NonInteractive", "-Interactive", "-ExecutionPolicy", "Bypass", "-InputFormat", "Text", "-OutputFormat", "text", "-Login", "-c", "7"]);

        Assert.Equal(["7"], result.Lines);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("-Version")]
    [InlineData("-v")]
    public async Task Version_is_the_engines(string option)
    {
        ShellResult result = await ShellProcess.RunAsync([option]);

        Assert.Matches(@"^PowerShell 7\.\d+\.\d+$", Assert.Single(result.Lines));
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("-Help")]
    [InlineData("-h")]
    [InlineData("-?")]
    public async Task Help_names_the_options(string option)
    {
        ShellResult result = await ShellProcess.RunAsync([option]);

        Assert.Contains("-EncodedCommand", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task NoExit_stays_at_the_prompt_until_the_input_ends()
    {
        ShellResult result = await ShellProcess.RunAsync(["-NoExit", "-Command", "'first'"], "'second'\nexit 6\n");

        Assert.Contains("first", result.Lines);
        Assert.Contains("second", result.Lines);
        Assert.Equal(6, result.ExitCode);
    }

    [Theory]
    [InlineData("-Nonsense")]
    [InlineData("no-such-file.ps1")]
    [InlineData("-File")]
    [InlineData("-Command")]
    [InlineData("-EncodedCommand", "%%%")]
    [InlineData("-OutputFormat", "XML")]
    [InlineData("-ExecutionPolicy", "Lax")]
    [InlineData("-ConfigurationName", "x")]
    public async Task A_bad_command_line_ends_with_64_and_says_why(params string[] arguments)
    {
        ShellResult result = await ShellProcess.RunAsync(arguments);

        Assert.Equal(64, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.NotEqual("", result.Error);
    }
}
