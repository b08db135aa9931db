using System.Text;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>What makes a plain PowerShell a child: a few lines that load the child's assembly, whose import runs the child and does not return.</summary>
internal sealed class Bootstrap
{
    private const string Otherwise =
        """
        if ($PSVersionTable.PSVersion -lt [version]'7.4') { [Console]::Error.WriteLine("This PowerShell is version $($PSVersionTable.PSVersion); a child needs 7.4 or later.") }
        exit 70
        """;

    // Where nothing of ours lies: the assembly comes first on standard input.
    private const string FromInput =
        """
        $i = [Console]::OpenStandardInput()
        $b = [byte[]]::new(4)
        $i.ReadExactly($b, 0, 4)
        $b = [byte[]]::new([BitConverter]::ToInt32($b, 0))
        $i.ReadExactly($b, 0, $b.Length)
        $i.Dispose()
        Import-Module -Assembly ([Reflection.Assembly]::Load($b))
        """;

    private static readonly string AssemblyPath = Path.Combine(Path.GetDirectoryName(typeof(Bootstrap).Assembly.Location)!, "PSNetConcurrency.Child.dll");

    private static readonly Lazy<byte[]> Assembly = new(() => File.ReadAllBytes(AssemblyPath));

    private readonly bool _isSent;

    private Bootstrap(string script, bool isSent)
    {
        _isSent = isSent;
        // Only letters, digits and signs that no shell on the way reads.
        Arguments = ["-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes($"{script}\n{Otherwise}"))];
    }

    /// <summary>For a PowerShell anywhere: it needs nothing but the engine.</summary>
    public static Bootstrap Elsewhere { get; } = new(FromInput, isSent: true);

    /// <summary>
    /// For a PowerShell on this system: a command with nothing to compile starts a child in five sixths of the time. Import-Module
    /// takes some signs of a path for wildcards; such a folder's assembly is sent.
    /// </summary>
    public static Bootstrap Here { get; } = AssemblyPath.AsSpan().IndexOfAny("[]*?`") >= 0 ? Elsewhere
        : new($"Microsoft.PowerShell.Core\\Import-Module '{AssemblyPath.Replace("'", "''", StringComparison.Ordinal)}'", isSent: false);

    /// <summary>The child's half of what they speak.</summary>
    public static byte[] ChildAssembly => Assembly.Value;

    /// <summary>PowerShell's arguments.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>How many bytes go before all frames.</summary>
    public int Length => _isSent ? Assembly.Value.Length + sizeof(int) : 0;

    /// <summary>Writes what goes before all frames.</summary>
    public void Write(WireWriter writer)
    {
        if (_isSent)
        {
            writer.Blob(Assembly.Value);
        }
    }
}
