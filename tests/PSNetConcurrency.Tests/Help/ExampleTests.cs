using PSNetConcurrency.HelpBuilder;

namespace PSNetConcurrency.Tests.Help;

/// <summary>An example that fails teaches a mistake: each is run as it stands, in a fresh engine and an empty folder.</summary>
public class ExampleTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string, int> Examples
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (CmdletHelp cmdlet in ModuleUnderTest.Cmdlets)
            {
                for (int i = 0; i < cmdlet.Examples.Count; i++)
                {
                    data.Add(cmdlet.Name, i + 1);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_runs(string cmdlet, int number)
    {
        string code = ModuleUnderTest.Cmdlets.Single(c => c.Name == cmdlet).Examples[number - 1].Code;
        string folder = Directory.CreateTempSubdirectory("psnc-example-").FullName;
        try
        {
            using CleanEngine engine = new();
            engine.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($args[0])", folder);
            try
            {
                engine.RunWithin(s_limit, code);
            }
            finally
            {
                engine.Run("if (Get-Command Stop-NetListener -ErrorAction Ignore) { Get-NetListener | Stop-NetListener -Force }");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
