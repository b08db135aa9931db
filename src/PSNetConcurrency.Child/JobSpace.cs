using System.Globalization;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Child.Values;

namespace PSNetConcurrency.Child;

/// <summary>A fresh runspace with its host, on the thread that opened it.</summary>
internal sealed class JobSpace : IDisposable
{
    private readonly string _culture;
    private readonly string _uiCulture;
    private readonly string _folder;

    private JobSpace(JobFrame job, FrameOutput output)
    {
        (_culture, _uiCulture, _folder) = (job.Culture, job.UICulture, Environment.CurrentDirectory);
        Sink = new RecordSink(output);
        Host = new ChildPSHost(Sink, CultureInfo.GetCultureInfo(job.Culture), CultureInfo.GetCultureInfo(job.UICulture));
        Thread.CurrentThread.CurrentCulture = Host.CurrentCulture;
        Thread.CurrentThread.CurrentUICulture = Host.CurrentUICulture;
        Runspace = RunspaceFactory.CreateRunspace(Host, InitialSessionState.CreateDefault2());
        Runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        Runspace.Open();
        Runspace.DefaultRunspace = Runspace;
    }

    public RecordSink Sink { get; }

    public ChildPSHost Host { get; }

    public Runspace Runspace { get; }

    /// <summary>Opens one with the job's cultures, in the folder of the process.</summary>
    public static JobSpace Open(JobFrame job, FrameOutput output) => new(job, output);

    /// <summary>Whether it is what <see cref="Open"/> would now return for the job.</summary>
    public bool Fits(JobFrame job) => job.Culture == _culture && job.UICulture == _uiCulture && Environment.CurrentDirectory == _folder;

    public void Dispose() => Runspace.Dispose();
}
