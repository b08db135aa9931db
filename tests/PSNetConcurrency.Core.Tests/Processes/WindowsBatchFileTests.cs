using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>The command line that a batch file gets.</summary>
public sealed class WindowsBatchFileTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("", "\"\"")]
    [InlineData("-Dname=value", "\"-Dname=value\"")]
    [InlineData("a,b;c", "\"a,b;c\"")]
    [InlineData("C:\\a b\\", "\"C:\\a b\\\\\"")]
    [InlineData("C:\\a\\", "C:\\a\\")]
    public void What_would_end_a_parameter_stands_in_quotes(string argument, string expected) => Assert.Equal($"x {expected}", WindowsBatchFile.CommandLine(Request("x", argument)));

    [Theory]
    [InlineData("a & b")]
    [InlineData("%PATH%")]
    [InlineData("\"")]
    public void What_cmd_would_run_is_refused(string argument) =>
        Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => WindowsBatchFile.CommandLine(Request(argument))).Error);

    [Theory]
    [InlineData("C:\\x.cmd", true)]
    [InlineData("C:\\x.Bat", true)]
    [InlineData("C:\\cmd.exe", false)]
    public void A_batch_file_is_known_by_its_name(string path, bool expected) => Assert.Equal(expected, WindowsBatchFile.Is(path));

    private static StartRequest Request(params string[] arguments) =>
        new("child", "C:\\x.cmd", arguments, null, new Dictionary<string, string>(), new ChildProcessOptions { FilePath = "x.cmd" });
}
