using System.Management.Automation;

namespace PSNetConcurrency.Tests.Chat;

public sealed class ChatCmdletTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose()
    {
        _shell.Run("Get-NetListener | Stop-NetListener -Force");
        _shell.Dispose();
    }

    [Fact]
    public void A_bot_of_three_lines_answers()
    {
        _shell.Run("""
            $word = 'heard'
            $bot = Start-ChatPeer -UserName bot -HostName box -Port 0 -OnMessage { param($Message, $Client) "$using:word $($_.Text) of $($Message.From) at $($Client.UserName)" }
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0 -Peer "127.0.0.1:$($bot.Port)"
            $null = Get-ChatUser bot -Peer $ann -Wait
            $null = Send-ChatMessage bot 'hello' -Peer $ann -Wait
            """);
        Assert.Equal("heard hello of ann@box at bot", _shell.One("(Receive-ChatMessage -Peer $ann -Count 1).Text").BaseObject);
    }

    [Fact]
    public void A_block_that_fails_is_an_event_and_the_bot_goes_on()
    {
        _shell.Run("""
            $bot = Start-ChatPeer -UserName bot -HostName box -Port 0 -OnMessage { if ($_.Text -eq 'bad') { throw 'on purpose' }; 'fine' }
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0 -Peer "127.0.0.1:$($bot.Port)"
            $null = Get-ChatUser bot -Peer $ann -Wait
            $null = 'bad', 'good' | Send-ChatMessage bot -Peer $ann -Wait
            """);
        Assert.Equal("fine", _shell.One("(Receive-ChatMessage -Peer $ann -Count 1).Text").BaseObject);
        Assert.Equal("on purpose", _shell.One("($bot | Receive-NetListener | Where-Object Type -eq Error).Error.Message").BaseObject);
    }

    [Fact]
    public void A_history_that_can_t_be_written_stops_the_bots_handler_too()
    {
        _shell.Fails("FileNotFound", "Start-ChatPeer -UserName bot -Port 0 -HistoryPath '/no/such/folder/h.jsonl' -OnMessage { 1 }");
        Assert.Empty(_shell.Run("Get-NetListener"));
    }

    [Fact]
    public void Users_from_the_pipeline_are_no_texts()
    {
        _shell.Run("""
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0
            $bob = Start-ChatPeer -UserName bob -HostName box -Port 0 -Peer "127.0.0.1:$($ann.Port)"
            $null = Get-ChatUser ann -Peer $bob -Wait
            """);
        _shell.Invoke("Get-ChatUser -Peer $bob | Send-ChatMessage 'hi' -Peer $bob");
        Assert.Contains("-Text", Assert.Single(_shell.Errors).Exception.Message, StringComparison.Ordinal);
        _shell.Run("$null = Get-ChatUser -Peer $bob | Send-ChatMessage -Text 'hi' -Peer $bob -Wait");
        Assert.Contains("-To", Assert.ThrowsAny<Exception>(() => _shell.Run("Receive-ChatMessage -Peer $ann -Count 1 | Send-ChatMessage 'thanks' -Peer $ann")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_fetched_only_where_what_if_is_not_said()
    {
        string folder = Directory.CreateTempSubdirectory("psnc-chat-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.txt"), "new");
            string inbox = Directory.CreateDirectory(Path.Combine(folder, "inbox")).FullName;
            File.WriteAllText(Path.Combine(inbox, "a.txt"), "old");
            _shell.Run("""
                $ann = Start-ChatPeer -UserName ann -HostName box -Port 0
                $bob = Start-ChatPeer -UserName bob -HostName box -Port 0
                $null = Send-ChatFile -Peer $bob -To "127.0.0.1:$($ann.Port)" -Path "$folder/a.txt"
                $m = Receive-ChatMessage -Peer $ann -Count 1
                """, ("folder", folder));
            Assert.Empty(_shell.Run("$m | Receive-ChatFile -Peer $ann -Destination $inbox -Conflict Overwrite -WhatIf", ("inbox", inbox)));
            Assert.Equal("old", File.ReadAllText(Path.Combine(inbox, "a.txt")));
            Assert.Single(_shell.Run("$m | Receive-ChatFile -Peer $ann -Destination $inbox -Conflict Overwrite -Confirm:$false", ("inbox", inbox)));
            Assert.Equal("new", File.ReadAllText(Path.Combine(inbox, "a.txt")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Histories_that_are_missing_do_not_keep_the_others_back()
    {
        string folder = Directory.CreateTempSubdirectory("psnc-chat-").FullName;
        try
        {
            _shell.Run("$ann = Start-ChatPeer -UserName ann -HostName box -Port 0 -HistoryPath \"$folder/h.jsonl\"; $null = Send-ChatMessage carol@elsewhere 'kept' -Peer $ann; $ann | Stop-NetListener -Force", ("folder", folder));
            foreach (string parameter in (string[])["Path", "LiteralPath"])
            {
                Assert.Equal("kept", Assert.Single(_shell.Invoke($"Get-ChatHistory -{parameter} \"$folder/none.jsonl\", \"$folder/h.jsonl\"", ("folder", folder))).Properties["Text"].Value);
                Assert.Equal("FileNotFound", Assert.Single(_shell.Errors).FullyQualifiedErrorId.Split(',')[0]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Known_users_complete_receivers()
    {
        _shell.Run("""
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0
            $bob = Start-ChatPeer -UserName bob -HostName box -Port 0 -Peer "127.0.0.1:$($ann.Port)"
            $null = Get-ChatUser bob -Peer $ann -Wait
            $null = Get-ChatUser ann -Peer $bob -Wait
            """);
        Assert.Equal("'bob@box'", _shell.One("[Management.Automation.CommandCompletion]::CompleteInput('Send-ChatMessage -To b', 22, $null).CompletionMatches[0].CompletionText").BaseObject);
    }

    [Fact]
    public void A_pipeline_that_has_enough_leaves_the_rest()
    {
        _shell.Run("""
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0
            $bob = Start-ChatPeer -UserName bob -HostName box -Port 0 -Peer "127.0.0.1:$($ann.Port)"
            $null = Get-ChatUser ann -Peer $bob -Wait
            $null = 'one', 'two' | Send-ChatMessage ann -Peer $bob -Wait
            """);
        Assert.Equal("one", _shell.One("(Receive-ChatMessage -Peer $ann | Select-First).Text").BaseObject);
        Assert.Equal("two", _shell.One("(Receive-ChatMessage -Peer $ann -NoWait).Text").BaseObject);
    }

    [Fact]
    public void The_module_that_goes_says_goodbye()
    {
        using PowerShellSession other = new();
        int port = (int)_shell.One("$ann = Start-ChatPeer -UserName ann -HostName box -Port 0; $ann.Port").BaseObject;
        other.Run($"$bob = Start-ChatPeer -UserName bob -HostName box -Port 0 -Peer '127.0.0.1:{port}'");
        _shell.Run("$null = Get-ChatUser bob -Peer $ann -Wait");
        other.Run("Get-NetListener | Stop-NetListener");
        Assert.Equal("Offline", _shell.One("(Get-ChatUser bob -Status Offline -Peer $ann -Wait).Status.ToString()").BaseObject);
    }

    [Fact]
    public void A_drain_waits_for_receipts()
    {
        _shell.Run("""
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0
            $bob = Start-ChatPeer -UserName bob -HostName box -Port 0 -Peer "127.0.0.1:$($ann.Port)"
            $null = Get-ChatUser ann -Peer $bob -Wait
            $sent = Send-ChatMessage ann 'last words' -Peer $bob
            $bob | Stop-NetListener
            """);
        Assert.Equal("Delivered", _shell.One("$sent.State.ToString()").BaseObject);
    }
}
