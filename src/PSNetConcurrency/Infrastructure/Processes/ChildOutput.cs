using System.Runtime.CompilerServices;
using System.Text;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>What the receiving cmdlets know of a child: how its text is encoded, and what of its output was handed on.</summary>
internal sealed class ChildOutput
{
    private static readonly ConditionalWeakTable<ChildProcess, ChildOutput> Known = [];

    private ChildOutput(ChildProcess child, Encoding encoding)
    {
        (Child, Encoding) = (child, encoding);
        Cursor = new OutputCursor(child, encoding);
    }

    public ChildProcess Child { get; }

    public Encoding Encoding { get; }

    /// <summary>Held while a record is taken: the child may be received in several runspaces.</summary>
    public object Gate { get; } = new();

    /// <summary>The place up to which everything was handed on.</summary>
    public OutputCursor Cursor { get; }

    /// <summary>How far each stream was handed on, as <see cref="OutputCursor.Position"/> counts, also beyond <see cref="Cursor"/> because only some streams were asked for.</summary>
    public long[] HandedOn { get; } = new long[Enum.GetValues<ChildStreamKind>().Length];

    /// <summary>Whether the failure was told; it is an error once.</summary>
    public bool FailureTold { get; set; }

    public static ChildOutput Of(ChildProcess child) => Known.GetValue(child, static c => new ChildOutput(c, new UTF8Encoding(false)));

    /// <summary>Remembers how a new child's text is encoded.</summary>
    public static ChildOutput Register(ChildProcess child, Encoding encoding) => Known.GetValue(child, c => new ChildOutput(c, encoding));
}
