using System.Collections.ObjectModel;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Examples;

/// <summary>A session in which scripts of examples/ run, and a folder of its own.</summary>
public abstract class ExampleSession : IDisposable
{
    // What these scripts use of the Utility cmdlets.
    private const string Csv = """
        function Import-Csv($LiteralPath) {
            $names, $lines = [IO.File]::ReadAllLines($LiteralPath)
            foreach ($line in $lines) {
                $row = [ordered]@{}
                for ($i = 0; $i -lt $names.Split(',').Count; $i++) { $row[$names.Split(',')[$i]] = $line.Split(',')[$i] }
                [pscustomobject] $row
            }
        }
        filter Export-Csv($LiteralPath, [switch] $Append) {
            $line = { ($args[0].ForEach{ '"' + $_ + '"' } -join ',') + "`n" }
            if (-not [IO.File]::Exists($LiteralPath)) { [IO.File]::WriteAllText($LiteralPath, (& $line $_.PSObject.Properties.Name)) }
            [IO.File]::AppendAllText($LiteralPath, (& $line $_.PSObject.Properties.Value))
        }
        """;

    protected ExampleSession()
    {
        Folder = Directory.CreateTempSubdirectory("psnc-examples-").FullName;
        Shell = new PowerShellSession();
        Shell.Run(Csv);
    }

    internal PowerShellSession Shell { get; }

    protected string Folder { get; }

    protected static string PathOf(string script) => Path.Combine(TestEnvironment.RepositoryRoot, "examples", script);

    /// <summary>Runs a script that writes no error; null is one that calls no exit.</summary>
    protected Collection<PSObject> Script(string name, string arguments, int? exitCode = null, string before = "")
    {
        Collection<PSObject> output = Shell.Run($"$global:LASTEXITCODE = $null; {before}; & '{PathOf(name)}' {arguments}");
        Assert.Equal(exitCode, Shell.Invoke("$LASTEXITCODE")[0]?.BaseObject as int?);
        Shell.Run("Get-NetListener | Stop-NetListener -Force");
        return output;
    }

    protected string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        try
        {
            Shell.Run("Get-NetListener | Stop-NetListener -Force; Get-ChildProcess | Remove-ChildProcess -Force");
        }
        finally
        {
            Shell.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
        GC.SuppressFinalize(this);
    }
}
