namespace PSNetConcurrency.Tests.Shell;

public class EngineTests
{
    [Fact]
    public async Task The_module_of_this_clone_is_imported()
    {
        ShellResult result = await ShellProcess.CommandAsync("(Get-Module PSNetConcurrency).ModuleBase; (Get-Command Get-AvailablePort).Source; $Error.Count");

        Assert.Equal([TestEnvironment.RepositoryRoot, "PSNetConcurrency", "0"], result.Lines);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_pwsh_in_PSHOME_is_this_shell()
    {
        ShellResult result = await ShellProcess.CommandAsync(
            "$PSHOME; & \"$PSHOME/pwsh\" -NoProfile -c '1 + 1; $PSHOME'; pwsh -c 'exit 9'; $LASTEXITCODE");

        Assert.Equal([TestEnvironment.ShellFolder, "2", TestEnvironment.ShellFolder, "9"], result.Lines);
        Assert.True(File.Exists(TestEnvironment.ShellPath));
    }

    [Fact]
    public async Task Help_manifest_test_and_completion_work()
    {
        ShellResult result = await ShellProcess.CommandAsync(
            "(Get-Help Get-AvailablePort).Name; (Test-ModuleManifest ./PSNetConcurrency.psd1).Name; (TabExpansion2 'Get-Availab').CompletionMatches.CompletionText");

        Assert.Equal(["Get-AvailablePort", "PSNetConcurrency", "Get-AvailablePort"], result.Lines);
    }

    [Fact]
    public async Task Closing_raises_the_exiting_event()
    {
        ShellResult result = await ShellProcess.CommandAsync(
            "$null = $ExecutionContext.Events.SubscribeEvent($null, 'PowerShell.Exiting', 'PowerShell.Exiting', $null, { [Console]::Out.WriteLine('bye') }, $true, $false)");

        Assert.Equal(["bye"], result.Lines);
    }

    [Fact]
    public async Task Nested_prompts_are_refused_in_words()
    {
        ShellResult result = await ShellProcess.CommandAsync("$Host.EnterNestedPrompt()");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nested prompt", result.Error, StringComparison.Ordinal);
    }
}
