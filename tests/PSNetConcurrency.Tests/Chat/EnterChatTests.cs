using PSNetConcurrency.Tests.Shell;

namespace PSNetConcurrency.Tests.Chat;

/// <summary>The chat's screen in a real terminal, and its refusal where there is none.</summary>
public sealed class EnterChatTests : IDisposable
{
    private readonly PowerShellSession _session = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psnc-chat-");

    public void Dispose()
    {
        _session.Run("Get-NetListener | Stop-NetListener -Force");
        _session.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Without_a_terminal_it_names_what_scripts_use()
    {
        string message = _session.Fails("NoTerminal", "Enter-Chat -Port 0").ToString();
        Assert.Contains("Send-ChatMessage", message, StringComparison.Ordinal);
        Assert.Empty(_session.Run("Get-NetListener"));
    }

    [Fact]
    public void A_running_peer_takes_no_settings_of_a_new_one() =>
        _session.Fails("InvalidArgument", "$p = Start-ChatPeer -UserName ann -Port 0; Enter-Chat -Peer $p -GroupName Staff");

    [Fact]
    public async Task Redirected_input_is_no_terminal()
    {
        ShellResult result = await ShellProcess.CommandAsync("try { Enter-Chat -Port 0 } catch { $_.FullyQualifiedErrorId }", "hello\n");
        Assert.Equal("NoTerminal,PSNetConcurrency.Commands.Chat.EnterChatCommand", Assert.Single(result.Lines));
    }

    [TerminalFact]
    public async Task A_person_types_while_messages_come()
    {
        int port = (int)_session.One("Get-AvailablePort").BaseObject;
        string file = Path.Combine(_folder.FullName, "to bob.txt");
        await File.WriteAllTextAsync(file, "for bob");
        using TmuxTerminal terminal = await TmuxTerminal.StartAsync("-NoProfile", "-NoLogo");
        await terminal.WaitForLineAsync(IsPrompt);
        await terminal.TypeAsync($"Enter-Chat -UserName ann -Port {port}", "Enter");
        await terminal.WaitForLineAsync(l => l.StartsWith("everybody>", StringComparison.Ordinal));
        _session.Run($"$bob = Start-ChatPeer -UserName bob -Port 0 -Peer 127.0.0.1:{port}; $null = Get-ChatUser ann -Peer $bob -Wait -TimeoutSeconds 30");
        await terminal.WaitForLineAsync("→ bob came");

        await terminal.TypeAsync("half a 漢");
        await terminal.WaitForLineAsync("everybody> half a 漢");
        _session.Run("$null = Send-ChatMessage -Peer $bob -To ann -Text \"in between`u{1b}[2J\"");
        string[] screen = await terminal.WaitForScreenAsync(s => s.Any(l => l.EndsWith(" bob: in between[2J", StringComparison.Ordinal)) && s[^1] == "everybody> half a 漢");
        Assert.EndsWith("bob: in between[2J", screen[^3], StringComparison.Ordinal);
        Assert.Contains("1 here: bob", screen[^2], StringComparison.Ordinal);
        await terminal.TypeAsync("字", "Enter");
        Assert.Equal("half a 漢字", Received("Text"));
        await terminal.WaitForLineAsync(l => l.EndsWith(" → everybody: half a 漢字 ✓", StringComparison.Ordinal));

        await terminal.TypeAsync("/users", "Enter");
        await terminal.WaitForLineAsync(l => l.Contains(" bob@", StringComparison.Ordinal) && l.EndsWith(" here", StringComparison.Ordinal));
        await terminal.TypeAsync("/msg b", "Tab");
        await terminal.WaitForLineAsync("everybody> /msg bob");
        await terminal.TypeAsync("for you", "Enter");
        Assert.Equal("for you", Received("Text"));
        await terminal.TypeAsync($"/file bob \"{file[..^3]}", "Tab");
        await terminal.WaitForLineAsync(l => l.EndsWith("to bob.txt\"", StringComparison.Ordinal));
        await terminal.TypeAsync("", "Enter");
        Assert.Equal("to bob.txt", Received("File[0].Name"));
        _session.Run("$null = $received | Receive-ChatFile -Peer $bob -Destination $folder", ("folder", _folder.CreateSubdirectory("inbox").FullName));
        Assert.Equal("for bob", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "inbox", "to bob.txt")));

        await terminal.TypeAsync("/quit", "Enter");
        await terminal.WaitForScreenAsync(s => IsPrompt(s[^1]));
        await terminal.TypeAsync("if (\"$(stty -a)\" -match '\\secho\\s') { 'echo is ' + 'on' }", "Enter");
        await terminal.WaitForLineAsync("echo is on");
        Assert.Equal("Offline", _session.One("Get-ChatUser ann -Peer $bob -Status Offline -Wait -TimeoutSeconds 30").Properties["Status"].Value.ToString());
    }

    [TerminalFact]
    public async Task An_interrupt_leaves_at_once()
    {
        using TmuxTerminal terminal = await TmuxTerminal.StartAsync("-NoProfile", "-NoLogo");
        await terminal.WaitForLineAsync(IsPrompt);
        await terminal.TypeAsync("Enter-Chat -Port 0", "Enter");
        await terminal.WaitForLineAsync(l => l.StartsWith("everybody>", StringComparison.Ordinal));
        await terminal.TypeAsync("never sent");
        await terminal.WaitForLineAsync("everybody> never sent");
        await terminal.TypeAsync("", "C-c");
        await terminal.WaitForScreenAsync(s => IsPrompt(s[^1]));
        await terminal.TypeAsync("'left ' + @(Get-NetListener).Count + $Error.Count", "Enter");
        await terminal.WaitForLineAsync("left 00");
    }

    private static bool IsPrompt(string line) => line.StartsWith("PS ", StringComparison.Ordinal) && line.EndsWith('>');

    private string? Received(string property) =>
        _session.One($"$received = Receive-ChatMessage -Peer $bob -Count 1 -TimeoutSeconds 30; $received.{property}").BaseObject as string;
}
