namespace PSNetConcurrency.Tests.Shell;

public class InteractiveTests
{
    [TerminalFact]
    public async Task The_banner_says_what_is_missing_and_exit_ends_with_its_code()
    {
        using TmuxTerminal terminal = await TmuxTerminal.StartAsync("-NoProfile");
        await terminal.WaitForLineAsync(line => line.Contains("Select-Object", StringComparison.Ordinal));
        await ReadyAsync(terminal);

        await terminal.TypeAsync("exit 12", "Enter");

        await terminal.WaitForLineAsync("ended with 12");
    }

    [TerminalFact]
    public async Task A_command_goes_on_until_it_is_complete()
    {
        using TmuxTerminal terminal = await StartAsync();

        await terminal.TypeAsync("if ($true) {", "Enter");
        await terminal.WaitForLineAsync(">>");
        await terminal.TypeAsync("'many' + 'lines'", "Enter");
        await terminal.TypeAsync("}", "Enter");

        await terminal.WaitForLineAsync("manylines");
    }

    [TerminalFact]
    public async Task Keys_edit_recall_and_complete()
    {
        using TmuxTerminal terminal = await StartAsync();

        await terminal.TypeAsync("'漢字ac'", "Left", "Left");
        await terminal.TypeAsync("b", "Home", "Delete");
        await terminal.TypeAsync("'<", "End", "BSpace");
        await terminal.TypeAsync(">'", "Enter");
        await terminal.WaitForLineAsync("<漢字abc>");

        await terminal.TypeAsync("", "Up", "Left");
        await terminal.TypeAsync("2", "Enter");
        await terminal.WaitForLineAsync("<漢字abc>2");

        await terminal.TypeAsync("(Get-Availab", "Tab");
        await terminal.WaitForLineAsync(line => line.EndsWith("(Get-AvailablePort", StringComparison.Ordinal));
        await terminal.TypeAsync(" -Coun", "Tab");
        await terminal.TypeAsync(" 3).Count * 111", "Enter");
        await terminal.WaitForLineAsync("333");
    }

    [TerminalFact]
    public async Task A_key_press_of_interrupt_clears_the_line_and_stops_a_command()
    {
        using TmuxTerminal terminal = await StartAsync();

        await terminal.TypeAsync("never run", "C-c");
        await terminal.WaitForLineAsync(line => line.EndsWith("never run^C", StringComparison.Ordinal));
        await terminal.TypeAsync("'running' + 1; while ($true) { }", "Enter");
        await terminal.WaitForLineAsync("running1");
        await terminal.TypeAsync("", "C-c");
        await ReadyAsync(terminal);
        await terminal.TypeAsync("'still ' + 'here'", "Enter");
        await terminal.WaitForLineAsync("still here");

        await terminal.TypeAsync("", "C-d");
        await terminal.WaitForLineAsync("ended with 0");
    }

    [TerminalFact]
    public async Task Progress_is_shown_and_taken_away()
    {
        using TmuxTerminal terminal = await StartAsync();

        await terminal.TypeAsync(
            "function p { [CmdletBinding()] param() $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'Work' + 'ing', 'halfway')); while ($true) { } }; p", "Enter");
        await terminal.WaitForLineAsync(line => line.StartsWith("Working [halfway", StringComparison.Ordinal));
        await terminal.TypeAsync("", "C-c");
        await ReadyAsync(terminal);

        await terminal.TypeAsync("'gone' + 1", "Enter");
        await terminal.WaitForLineAsync("gone1");
    }

    private static async Task<TmuxTerminal> StartAsync()
    {
        TmuxTerminal terminal = await TmuxTerminal.StartAsync("-NoProfile", "-NoLogo");
        await ReadyAsync(terminal);
        return terminal;
    }

    private static Task ReadyAsync(TmuxTerminal terminal) =>
        terminal.WaitForLineAsync(line => line.StartsWith("PS ", StringComparison.Ordinal) && line.EndsWith('>'));
}
