using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>
/// Priority and processors of a child: it inherits those of the thread that starts it, so a thread takes them on first, and a
/// child has them from its first instruction on. The thread is one of its own, as lowering a priority can't be taken back.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class ThreadSettings
{
    // 8,192 processors, the most that Linux is built for.
    private const int MaskSize = 1024;

    /// <summary>Runs <paramref name="start"/> where the options' priority and processors hold.</summary>
    public static int Run(ChildProcessOptions options, Func<int> start)
    {
        if (options.PriorityClass is null && options.ProcessorAffinity is null)
        {
            return start();
        }
        int result = 0;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Apply(options, 0);
                result = start();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "PSNetConcurrency start" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>Gives priority and processors to a process that runs: to all its threads, from which those that it starts later have them.</summary>
    public static void ApplyTo(int processId, ChildProcessOptions options)
    {
        HashSet<int> done = [];
        bool more = true;
        while (more)
        {
            more = false;
            foreach (string task in Directory.EnumerateDirectories($"/proc/{processId}/task"))
            {
                int thread = int.Parse(Path.GetFileName(task), System.Globalization.CultureInfo.InvariantCulture);
                if (done.Add(thread))
                {
                    Apply(options, thread);
                    more = true;
                }
            }
        }
    }

    /// <summary>Binds a thread, 0 for the calling one, to processors.</summary>
    /// <exception cref="NetException">InvalidArgument: it may use none of them.</exception>
    public static void Bind(int thread, long processors)
    {
        byte* mask = stackalloc byte[MaskSize];
        new Span<byte>(mask, MaskSize).Clear();
        *(long*)mask = processors;
        if (ProcessLibc.SetAffinity(thread, MaskSize, mask) != 0)
        {
            throw StartChecks.NoSuchProcessor(processors);
        }
    }

    private static void Apply(ChildProcessOptions options, int thread)
    {
        if (options.ProcessorAffinity is { } wanted)
        {
            Bind(thread, wanted);
        }
        if (options.PriorityClass is { } priority && ProcessLibc.SetPriority(0, thread, Nice(priority)) != 0)
        {
            throw StartChecks.PriorityRefused(priority, Marshal.GetLastPInvokeErrorMessage());
        }
    }

    // As .NET's Process has them.
    private static int Nice(ProcessPriorityClass priority) => priority switch
    {
        ProcessPriorityClass.Idle => 19,
        ProcessPriorityClass.BelowNormal => 10,
        ProcessPriorityClass.AboveNormal => -6,
        ProcessPriorityClass.High => -11,
        ProcessPriorityClass.RealTime => -19,
        _ => 0,
    };
}
