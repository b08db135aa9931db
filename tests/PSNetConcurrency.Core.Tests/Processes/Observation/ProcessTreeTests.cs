using CsCheck;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

public class ProcessTreeTests
{
    private static readonly ProcessRecord[] Table =
    [
        Process(1, 0, "init"), Process(2, 1, "a"), Process(3, 2, "b"), Process(4, 2, "c"), Process(5, 1, "d"), Process(6, 4, "e"),
    ];

    [Fact]
    public void All_are_drawn_below_their_parents() => Assert.Equal(
        ["init", "├─ a", "│  ├─ b", "│  └─ c", "│     └─ e", "└─ d"], new ProcessTree(Table).All().Select(n => n.Tree));

    [Fact]
    public void One_is_drawn_with_the_line_above_it_and_all_below() => Assert.Equal(
        ["init", "└─ a", "   ├─ b", "   └─ c", "      └─ e"], Of(2, true, true));

    [Fact]
    public void One_is_drawn_with_either()
    {
        Assert.Equal(["init", "└─ a", "   └─ c"], Of(4, true, false));
        Assert.Equal(["c", "└─ e"], Of(4, false, true));
    }

    [Fact]
    public void Names_do_not_drive_the_terminal() =>
        Assert.DoesNotContain('\u001b', new ProcessTree([Process(1, 0, "a\u001b[31mb\nc")]).All().Single().Tree);

    [Fact]
    public void A_long_chain_is_no_deep_stack()
    {
        ProcessRecord[] chain = [.. Enumerable.Range(1, 3000).Select(i => Process(i, i - 1, "p"))];
        ProcessNode last = new ProcessTree(chain).All().Last();
        Assert.Equal(2999, last.Depth);
        Assert.Equal(3000, new ProcessTree(chain).Of(chain[^1], withAncestors: true, withDescendants: true).Count());
    }

    [Fact]
    public void Whatever_the_table_says_each_is_drawn_once() =>
        Gen.Int[0, 12].Array[1, 12].Sample(parents =>
        {
            ProcessRecord[] table = [.. parents.Select((parent, i) => Process(i + 1, parent, "p") with { StartMark = i + 1 })];
            ProcessNode[] nodes = [.. new ProcessTree(table).All()];
            return nodes.Select(n => n.ProcessId).Order().SequenceEqual(table.Select(p => p.ProcessId));
        });

    private static IEnumerable<string> Of(int id, bool ancestors, bool descendants) =>
        new ProcessTree(Table).Of(Table.Single(p => p.ProcessId == id), ancestors, descendants).Select(n => n.Tree);

    private static ProcessRecord Process(int id, int parent, string name) => new() { ProcessId = id, ParentProcessId = parent, Name = name, StartMark = id };
}
