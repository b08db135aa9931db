using System.Text;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>The tree of processes, drawn line by line: each process before its children, these in the order they were started.</summary>
internal sealed class ProcessTree(IReadOnlyList<ProcessRecord> snapshot)
{
    private readonly ILookup<int, ProcessRecord> _children = ProcessTable.Children(snapshot);
    private readonly Dictionary<int, ProcessRecord> _parents = [];

    /// <summary>Every process, under those that have no parent.</summary>
    public IEnumerable<ProcessNode> All() => Ordered(0).SelectMany(root => Below(root, "", "", 0));

    /// <summary>A process with those it comes from above it, or those that come from it below, or both.</summary>
    public IEnumerable<ProcessNode> Of(ProcessRecord process, bool withAncestors, bool withDescendants)
    {
        List<ProcessRecord> line = [process];
        while (withAncestors && Parent(line[0]) is { } parent)
        {
            line.Insert(0, parent);
        }
        for (int depth = 0; depth < line.Count - 1; depth++)
        {
            yield return Node(line[depth], depth, LineOf(depth));
        }
        int own = line.Count - 1;
        IEnumerable<ProcessNode> rest = withDescendants ? Below(process, LineOf(own), Indent(own), own) : [Node(process, own, LineOf(own))];
        foreach (ProcessNode node in rest)
        {
            yield return node;
        }
    }

    // Each of the line is the only one shown at its depth.
    private static string LineOf(int depth) => depth == 0 ? "" : Indent(depth - 1) + "└─ ";

    private static string Indent(int depth) => new(' ', 3 * depth);

    // Not recursive: a chain of processes may be longer than a stack.
    private IEnumerable<ProcessNode> Below(ProcessRecord first, string firstLine, string firstIndent, int firstDepth)
    {
        Stack<(ProcessRecord Process, string Line, string Indent, int Depth)> left = new([(first, firstLine, firstIndent, firstDepth)]);
        while (left.TryPop(out (ProcessRecord Process, string Line, string Indent, int Depth) next))
        {
            yield return Node(next.Process, next.Depth, next.Line);
            ProcessRecord[] children = [.. Ordered(next.Process.ProcessId)];
            for (int i = children.Length - 1; i >= 0; i--)
            {
                bool isLast = i == children.Length - 1;
                left.Push((children[i], next.Indent + (isLast ? "└─ " : "├─ "), next.Indent + (isLast ? "   " : "│  "), next.Depth + 1));
            }
        }
    }

    private IEnumerable<ProcessRecord> Ordered(int parentId) => _children[parentId].OrderBy(p => p.StartMark).ThenBy(p => p.ProcessId);

    private ProcessRecord? Parent(ProcessRecord process)
    {
        if (_parents.Count == 0)
        {
            Dictionary<int, ProcessRecord> byId = snapshot.ToDictionary(p => p.ProcessId);
            foreach (IGrouping<int, ProcessRecord> family in _children.Where(f => f.Key != 0))
            {
                foreach (ProcessRecord child in family)
                {
                    _parents[child.ProcessId] = byId[family.Key];
                }
            }
        }
        return _parents.GetValueOrDefault(process.ProcessId);
    }

    private ProcessNode Node(ProcessRecord process, int depth, string line) => new()
    {
        ProcessId = process.ProcessId,
        ParentProcessId = process.ParentProcessId,
        Name = process.Name,
        Depth = depth,
        ChildCount = _children[process.ProcessId].Count(),
        ThreadCount = process.ThreadCount,
        IsZombie = process.IsZombie,
        StartTime = process.StartTime,
        CommandLine = CommandLine(process.ProcessId),
        // Any program chooses its name; it is not to drive the terminal.
        Tree = $"{line}{TerminalText.CleanLine(process.Name)}{(process.IsZombie ? " (zombie)" : "")}",
    };

    internal static string? CommandLine(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        byte[] buffer = new byte[ProcFile.BufferSize];
        ReadOnlySpan<byte> text = ProcFile.Read(processId, "cmdline"u8, buffer);
        return text.IsEmpty ? null : Encoding.UTF8.GetString(text.TrimEnd((byte)0)).Replace('\0', ' ');
    }
}
