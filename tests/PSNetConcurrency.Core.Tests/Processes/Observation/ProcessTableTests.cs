using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

public class ProcessTableTests
{
    [Fact]
    public void This_process_is_in_the_table_as_NET_knows_it()
    {
        using Process self = Process.GetCurrentProcess();
        ProcessRecord found = Assert.Single(ProcessTable.Snapshot(), p => p.ProcessId == Environment.ProcessId);
        Assert.Equal(self.ProcessName, found.Name);
        Assert.InRange((found.StartTime!.Value - self.StartTime).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(ProcessTable.IsAlive(found));
        Assert.True(found.IsSameProcess(ProcessTable.Find(Environment.ProcessId)!));
    }

    [LinuxFact]
    public async Task A_name_that_the_kernel_cuts_off_is_whole_as_in_NET()
    {
        const string Name = "a-program-with-a-long-name";
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, Name);
            File.CreateSymbolicLink(path, "/bin/sh");
            using RealProcess program = new(path, "-c", "read line");
            // A new program has its name a moment before it has its command line.
            await Eventually.TrueAsync(() => ProcessTable.Find(program.Id)!.Name == Name, "the whole name");
            using Process known = Process.GetProcessById(program.Id);
            Assert.Equal(known.ProcessName, ProcessTable.Find(program.Id)!.Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [LinuxFact]
    public void Descendants_come_with_their_own_parents_first()
    {
        using RealProcess shell = new("sh", "-c", "sh -c 'sleep 1000 & echo $!; wait' & wait");
        int sleep = int.Parse(shell.ReadLine()!, CultureInfo.InvariantCulture);
        IReadOnlyList<ProcessRecord> below = ProcessTable.Descendants(shell.Id);
        Assert.Equal(2, below.Count);
        Assert.Equal(shell.Id, below[0].ParentProcessId);
        Assert.Equal(sleep, below[1].ProcessId);
        Assert.Equal(below[0].ProcessId, below[1].ParentProcessId);
        Assert.Contains(ProcessTable.Descendants(Environment.ProcessId), p => p.ProcessId == sleep);
        Assert.Empty(ProcessTable.Descendants(sleep));
    }

    [LinuxFact]
    public async Task A_zombie_is_in_the_table_and_not_alive()
    {
        using RealProcess parent = new("python3", "-c", "import os,time\np = os.fork()\nif p == 0: os._exit(0)\nprint(p, flush=True)\ntime.sleep(1000)");
        int child = int.Parse(parent.ReadLine()!, CultureInfo.InvariantCulture);
        await Eventually.TrueAsync(() => ProcessTable.Find(child) is { IsZombie: true }, "a zombie");
        Assert.False(ProcessTable.IsAlive(ProcessTable.Find(child)!));
    }

    [LinuxFact]
    public void One_that_is_gone_is_not_alive_and_neither_is_another_with_its_number()
    {
        using RealProcess sleep = RealProcess.Sleep();
        ProcessRecord process = ProcessTable.Find(sleep.Id)!;
        Assert.True(ProcessTable.IsAlive(process));
        Assert.False(ProcessTable.IsAlive(process with { StartMark = process.StartMark - 1 }));
        sleep.End();
        Assert.False(ProcessTable.IsAlive(process));
        Assert.Null(ProcessTable.Find(sleep.Id));
    }

    [LinuxFact]
    public void A_name_may_hold_whatever_it_likes() =>
        (from name in Gen.Char[" ()abZ1\n\\"].Array[1, 15]
         from state in Gen.Char["RSDTtZIX"]
         from parent in Gen.Int[0, 4_194_304]
         from start in Gen.Long[0, 1L << 40]
         select (Name: new string(name), state, parent, start)).Sample(p =>
         {
             string stat = $"77 ({p.Name}) {p.state} {p.parent} 5 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 {p.start} 99 88\n";
             ProcessRecord? parsed = OperatingSystem.IsLinux() ? LinuxProcessTable.Parse(77, Encoding.UTF8.GetBytes(stat)) : null;
             return parsed is { ProcessId: 77, ProcessGroupId: 5, ThreadCount: 3 } && parsed.Name == p.Name && parsed.Native == p.state
                 && parsed.ParentProcessId == p.parent && parsed.StartMark == p.start;
         });

    [LinuxFact]
    public void What_is_cut_off_is_no_process()
    {
        byte[] whole = Encoding.UTF8.GetBytes("77 (a) S 1 5 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 12");
        for (int length = 0; length < whole.Length - 2; length++)
        {
            Assert.Null(OperatingSystem.IsLinux() ? LinuxProcessTable.Parse(77, whole.AsSpan(0, length)) : null);
        }
    }

    [Fact]
    public void Children_are_a_forest_even_where_numbers_are_used_again()
    {
        // As on Windows: the parent of 3 ended, and its number 4 went to a child of 3.
        ProcessRecord[] table = [Process(3, 4, start: 10), Process(4, 3, start: 20), Process(5, 99, start: 30), Process(0, 0, start: 0)];
        ILookup<int, ProcessRecord> children = ProcessTable.Children(table);
        Assert.Equal([3, 5], children[0].Select(p => p.ProcessId));
        Assert.Equal([4], ProcessTable.Descendants(3, table).Select(p => p.ProcessId));

        static ProcessRecord Process(int id, int parent, long start) => new() { ProcessId = id, ParentProcessId = parent, Name = "p", StartMark = start };
    }

    [LinuxFact]
    public void A_snapshot_allocates_little()
    {
        int count = ProcessTable.Snapshot().Count;
        long before = GC.GetAllocatedBytesForCurrentThread();
        ProcessTable.Snapshot();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / count, 0, 400);
    }
}
