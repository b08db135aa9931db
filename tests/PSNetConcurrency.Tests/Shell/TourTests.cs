namespace PSNetConcurrency.Tests.Shell;

/// <summary>What the README's first command runs: in the embedded shell, which lacks the Utility cmdlets, as a real child.</summary>
public class TourTests
{
    [Fact]
    public async Task The_tour_shows_every_step_and_fails_nowhere()
    {
        ShellResult result = await ShellProcess.RunAsync(["-NoProfile", "-NonInteractive", "-File", Path.Combine("examples", "Tour.ps1")]);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal("", result.Error.Trim());
        // What steps return that is neither their title nor their code.
        Assert.All(
            ["1. ONE", "3. THREE", "020100000007746F757200000000", "TickTock", "secret", "CertificateNotTrusted:", "BlankInput:", "ConnectionRefused:", "PeerReset after '1. B'", "MessageTooLarge:", "Attempts: ", "The server did 'list'.", "In the child n is 101.", "Here n is 100.", "ExitCode 1, ", "Convicted: True, as it is 90 s away.", "Multiprogramming       17 ", "blocked never goes straight to running"],
            words => Assert.Contains(result.Lines, line => line.StartsWith(words, StringComparison.Ordinal)));
        // The rows of two charts.
        Assert.Equal(6, result.Lines.Count(line => System.Text.RegularExpressions.Regex.IsMatch(line, "^P[123] .*([0-9] s|█)")));
        // A note's words are whole, on as many lines as it takes.
        Assert.Contains(result.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^FCFS +17 +27 +17 +2 Convoy: 2 jobs waited$"));
        Assert.Contains(result.Lines, line => line.Trim() == "behind P1 (0-24), 48 of");
        Assert.Contains(result.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^SJF +\* +3 +13 "));
        Assert.Contains(result.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^9437184 +1 received\.bin"));
        Assert.Contains(result.Lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^127\.0\.0\.1:\d+ +Refused"));
        Assert.All(["Tour-Echo", "Tour-Capitals", "Tour-Tls", "Tour-Proxy", "Tour-Files", "Tour-Inbox"], name => Assert.Contains(result.Lines, line => line.Contains($"{name} ", StringComparison.Ordinal) && line.Contains("Stopped", StringComparison.Ordinal)));
    }
}
