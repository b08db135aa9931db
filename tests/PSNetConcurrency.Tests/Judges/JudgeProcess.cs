using System.Diagnostics;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>A program that judges: its streams are read as they come, and it does not outlive its test.</summary>
internal sealed class JudgeProcess : IDisposable
{
    private readonly Process _process;

    private JudgeProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        // Where servers are, and an ordinary user's PATH does not lead.
        ProcessStartInfo start = new(Find(program) ?? throw new FileNotFoundException($"{program} is not installed."), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        Output = new JudgeOutput($"{program}'s output", _process.StandardOutput.BaseStream);
        Error = new JudgeOutput($"{program}'s errors", _process.StandardError.BaseStream);
        (Output.Other, Error.Other) = (Error, Output);
    }

    /// <summary>How long anything here may take. Nothing does; a machine under load is no failure.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    public JudgeOutput Output { get; }

    public JudgeOutput Error { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>The program's path, or null.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static JudgeProcess Start(string program, params string[] arguments) => new(program, arguments, new Dictionary<string, string>());

    /// <summary>Starts a program with variables of its own beside this process's.</summary>
    public static JudgeProcess StartWith(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments) =>
        new(program, arguments, environment);

    /// <summary>Starts a program whose temporary files go to a folder of the test's.</summary>
    public static JudgeProcess StartIn(string temporaryFolder, string program, params string[] arguments) =>
        new(program, arguments, new Dictionary<string, string> { ["TMPDIR"] = temporaryFolder });

    /// <summary>Starts a Python script; the arguments are its sys.argv from 1 on.</summary>
    public static JudgeProcess Python(string script, params object[] arguments) =>
        Start("python3", ["-u", "-c", script, .. arguments.Select(a => a.ToString()!)]);

    /// <summary>Runs a program to its end, which must be a good one, and returns its output.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using JudgeProcess judge = Start(program, arguments);
        judge.CloseInput();
        return judge.Succeeds();
    }

    public void Write(string text) => Write(System.Text.Encoding.UTF8.GetBytes(text));

    public void Write(ReadOnlySpan<byte> data)
    {
        _process.StandardInput.BaseStream.Write(data);
        _process.StandardInput.BaseStream.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits for the end of the program and of its output, and returns its exit code.</summary>
    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Limit), $"The program does not end.{Environment.NewLine}{Output}{Error}");
        Output.WaitForEnd();
        Error.WaitForEnd();
        return _process.ExitCode;
    }

    /// <summary>Waits for the end, which must be a good one, and returns the output as text.</summary>
    public string Succeeds()
    {
        int code = WaitForExit();
        Assert.True(code == 0, $"The exit code is {code}.{Environment.NewLine}{Output}{Error}");
        return Output.Text;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
