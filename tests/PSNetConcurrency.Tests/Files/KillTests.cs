using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Tests.Shell;

namespace PSNetConcurrency.Tests.Files;

/// <summary>
/// The part of the fault campaign that kills: the receiver or the sender is a process of its own and gets kill -9 in the middle of
/// a file. What is under the final name afterwards is nothing or the whole file, and the next call ends what was begun.
/// </summary>
public sealed class KillTests : IDisposable
{
    // Most of the time a process is being started: two campaigns at once take little longer than one.
    private const int Campaigns = 2, Kills = 10, Size = 6 * 1024 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("psnc-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_receiver_that_is_killed_loses_nothing_that_was_verified() => AtOnceAsync(KillReceiversAsync);

    [Fact]
    public Task A_sender_that_is_killed_leaves_nothing_half_done() => AtOnceAsync(KillSendersAsync);

    private static Task AtOnceAsync(Func<int, Task> campaign) => Task.WhenAll(Enumerable.Range(1, Campaigns).Select(n => Task.Run(() => campaign(n))));

    private async Task KillReceiversAsync(int campaign)
    {
        Random random = new(campaign);
        using PowerShellSession session = new();
        for (int i = 0; i < Kills; i++)
        {
            string inbox = Inbox($"r{campaign}-{i}"), path = FileToSend($"r{campaign}-{i}.bin", random.Next());
            bool resume = random.Next(2) == 0;
            using ShellProcess receiver = Receiver(inbox);
            int port = await PortAsync(receiver);
            PowerShell sending = BeginSend(session, path, port, resume, out IAsyncResult running);
            await AtLeastAsync(inbox, random.Next(1, Size / 2));
            receiver.Kill();
            await EndAsync(sending, running);
            Assert.False(File.Exists(Path.Combine(inbox, Path.GetFileName(path))), "Half a file has its final name.");

            using ShellProcess next = Receiver(inbox);
            session.Run($"$null = Send-FramedFile localhost {await PortAsync(next)} '{path}' -SliceSize 64KB {(resume ? "-Resume" : "")}");
            await FinishAsync(next);
            CheckInbox(inbox, path);
        }
    }

    private async Task KillSendersAsync(int campaign)
    {
        Random random = new(100 + campaign);
        using PowerShellSession session = new();
        for (int i = 0; i < Kills; i++)
        {
            string inbox = Inbox($"s{campaign}-{i}"), path = FileToSend($"s{campaign}-{i}.bin", random.Next());
            bool resume = random.Next(2) == 0;
            session.Run($"$server = Start-FramedFileServer '{inbox}'");
            string port = session.One("$server.Port").ToString();
            using ShellProcess sender = ShellProcess.Start(["-NoProfile", "-Command",
                $"Send-FramedFile localhost {port} '{path}' -SliceSize 64KB -LimitBytesPerSecond 8MB -RetryCount 0 {(resume ? "-Resume" : "")}"]);
            await AtLeastAsync(inbox, random.Next(1, Size / 2));
            sender.Kill();
            session.Run("while ($server.ActiveConnection -gt 0) { [Threading.Thread]::Yield() }");
            Assert.False(File.Exists(Path.Combine(inbox, Path.GetFileName(path))), "Half a file has its final name.");
            Assert.Contains(session.Run("$server | Receive-NetListener"), e => e.Properties["Type"].Value.ToString() == "Error");
            if (resume)
            {
                session.Run($"$null = $server | Send-FramedFile -Path '{path}' -SliceSize 64KB -Resume");
            }
            session.Run("$server | Stop-NetListener");
            if (resume)
            {
                CheckInbox(inbox, path);
            }
            else
            {
                Assert.Empty(Directory.EnumerateFileSystemEntries(inbox));
            }
        }
    }

    private static PowerShell BeginSend(PowerShellSession session, string path, int port, bool resume, out IAsyncResult running)
    {
        PowerShell sending = PowerShell.Create();
        sending.Runspace = session.Runspace;
        running = sending.AddScript($"Send-FramedFile localhost {port} '{path}' -SliceSize 64KB -LimitBytesPerSecond 8MB -RetryCount 0 {(resume ? "-Resume" : "")}").BeginInvoke();
        return sending;
    }

    // It fails, in words.
    private static async Task EndAsync(PowerShell sending, IAsyncResult running)
    {
        using (sending)
        {
            await Task.Factory.FromAsync(running, sending.EndInvoke).WaitAsync(ShellProcess.Patience);
            ErrorRecord error = Assert.Single(sending.Streams.Error);
            Assert.Contains(error.FullyQualifiedErrorId.Split(',')[0], new[] { "PeerReset", "PeerClosed" });
        }
    }

    private static ShellProcess Receiver(string inbox) => ShellProcess.Start(["-NoProfile", "-Command",
        $"$server = Start-FramedFileServer '{inbox}'; \"PORT $($server.Port)\"; $null = [Console]::In.ReadLine(); $server | Stop-NetListener"]);

    private static async Task<int> PortAsync(ShellProcess receiver)
    {
        string? line = await receiver.ReadLineAsync();
        Assert.StartsWith("PORT ", line, StringComparison.Ordinal);
        return int.Parse(line![5..], CultureInfo.InvariantCulture);
    }

    private static async Task FinishAsync(ShellProcess receiver)
    {
        await receiver.Input.WriteLineAsync();
        Assert.Equal(0, (await receiver.FinishAsync()).ExitCode);
    }

    // Waits until so much of the file has arrived.
    private static async Task AtLeastAsync(string inbox, long bytes)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        long limit = Environment.TickCount64 + (long)ShellProcess.Patience.TotalMilliseconds;
        while (!Directory.EnumerateFiles(inbox, "*.part", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length >= bytes))
        {
            Assert.True(Environment.TickCount64 < limit, "The file does not arrive.");
            await timer.WaitForNextTickAsync();
        }
    }

    private static void CheckInbox(string inbox, string path)
    {
        string name = Path.GetFileName(path);
        Assert.Equal([name], Directory.EnumerateFileSystemEntries(inbox).Select(Path.GetFileName));
        Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(inbox, name))), "The file is wrong.");
    }

    private string Inbox(string name) => Directory.CreateDirectory(Path.Combine(_folder, "inbox-" + name)).FullName;

    private string FileToSend(string name, int seed)
    {
        byte[] content = new byte[Size];
        new Random(seed).NextBytes(content);
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
