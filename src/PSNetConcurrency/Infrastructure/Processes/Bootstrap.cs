using System.Text;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>What makes a plain PowerShell a child: a few lines that take the child's assembly from standard input and start it.</summary>
internal static class Bootstrap
{
    private const string Script =
        """
        if ($PSVersionTable.PSVersion -lt [version]'7.4') { [Console]::Error.WriteLine("This PowerShell is version $($PSVersionTable.PSVersion); a child needs 7.4 or later."); exit 70 }
        $i = [Console]::OpenStandardInput()
        $b = [byte[]]::new(4)
        $i.ReadExactly($b, 0, 4)
        $b = [byte[]]::new([BitConverter]::ToInt32($b, 0))
        $i.ReadExactly($b, 0, $b.Length)
        $i.Dispose()
        [Reflection.Assembly]::Load($b).GetType('PSNetConcurrency.Child.ChildHost').GetMethod('Run').Invoke($null, $null)
        """;

    private static readonly Lazy<byte[]> Assembly = new(() =>
        File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(typeof(Bootstrap).Assembly.Location)!, "PSNetConcurrency.Child.dll")));

    /// <summary>The child's assembly, which goes before all frames.</summary>
    public static byte[] ChildAssembly => Assembly.Value;

    /// <summary>Only letters, digits and signs that no shell on the way reads.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
        ["-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(Script))];
}
