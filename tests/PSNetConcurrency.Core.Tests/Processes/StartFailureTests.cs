using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Tests.Transfer;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>Why a program can't be started, each told apart.</summary>
public sealed class StartFailureTests
{
    private static NetError Fails(ChildProcessOptions options) => Assert.Throws<NetException>(() => ChildProcess.Start(options)).Error;

    [LinuxFact]
    public void What_is_not_there_is_not_found()
    {
        Assert.Equal(NetError.ProgramNotFound, Fails(new ChildProcessOptions { FilePath = "no-such-program-here" }));
        Assert.Equal(NetError.ProgramNotFound, Fails(new ChildProcessOptions { FilePath = "/no/such/program" }));
        Assert.Equal(NetError.ProgramNotFound, Fails(new ChildProcessOptions { FilePath = "sh", Environment = new Dictionary<string, string?> { ["PATH"] = "/no/such/folder" } }));
        Assert.Equal(NetError.InvalidArgument, Fails(new ChildProcessOptions { FilePath = " " }));
    }

    [LinuxFact]
    public void What_is_there_and_no_program_is_told_so()
    {
        using TemporaryFolder folder = new();
        string script = Path.Combine(folder.Path, "script");
        File.WriteAllText(script, "echo hello\n");
        Assert.Contains("chmod", Assert.Throws<NetException>(() => ChildProcess.Start(new ChildProcessOptions { FilePath = script })).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Contains("#!", Assert.Throws<NetException>(() => ChildProcess.Start(new ChildProcessOptions { FilePath = script })).Message, StringComparison.Ordinal);
        Assert.Equal(NetError.ProgramNotExecutable, Fails(new ChildProcessOptions { FilePath = script }));
        Assert.Equal(NetError.ProgramNotExecutable, Fails(new ChildProcessOptions { FilePath = "script", Environment = new Dictionary<string, string?> { ["PATH"] = folder.Path } }));
        Assert.Equal(NetError.ProgramNotExecutable, Fails(new ChildProcessOptions { FilePath = folder.Path }));
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(script, "#!/no/such/interpreter\n");
        Assert.Equal(NetError.ProgramNotExecutable, Fails(new ChildProcessOptions { FilePath = script }));
    }

    [LinuxFact]
    public async Task A_name_that_is_no_program_in_one_folder_is_found_in_the_next()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "echo"), "");
        ChildProcess child = ChildProcess.Start(new ChildProcessOptions { FilePath = "echo", Arguments = ["hello"], Environment = new Dictionary<string, string?> { ["PATH"] = $"{folder.Path}:/usr/bin:/bin" } });
        Assert.Equal("hello\n", (await child.EndAsync()).Output);
    }

    [LinuxFact]
    public void A_folder_that_is_gone_is_missing() =>
        Assert.Equal(NetError.WorkingDirectoryMissing, Fails(Shell.Script("") with { WorkingDirectory = "/no/such/folder" }));

    [LinuxFact]
    public void What_can_mean_nothing_is_refused()
    {
        Assert.Equal(NetError.InvalidArgument, Fails(Shell.Script("", "a\0b")));
        Assert.Equal(NetError.InvalidArgument, Fails(Shell.Script("") with { Environment = new Dictionary<string, string?> { ["A=B"] = "" } }));
        Assert.Equal(NetError.InvalidArgument, Fails(Shell.Script("") with { ProcessorAffinity = 0 }));
        Assert.Equal(NetError.InvalidArgument, Fails(Shell.Script("") with { Timeout = TimeSpan.Zero }));
        Assert.Equal(NetError.ProcessStartFailed, Fails(Shell.Script("", new string('x', 4_000_000))));
    }

    [LinuxTheory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_system_without_room_for_a_process_is_told_as_a_limit(int errno)
    {
        // What root, as whom tests may run, meets only when the machine is full.
        ChildProcessOptions options = Shell.Script("");
        NetException e = LinuxLauncher.Failure(new StartRequest("a", "/bin/sh", [], null, new Dictionary<string, string>(), options), errno);
        Assert.Equal(NetError.ProcessLimitReached, e.Error);
    }

    [LinuxFact]
    public void A_refused_start_leaves_no_descriptor()
    {
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 200; i++)
        {
            // Refused last, when its pipes are open.
            Fails(Shell.Script("") with { HasInput = true, ProcessorAffinity = 0 });
        }
        Assert.True(Directory.GetFiles("/proc/self/fd").Length < before + 100);
    }
}
