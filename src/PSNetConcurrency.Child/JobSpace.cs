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

    /// <summary>Opens one with these cultures, in the folder of the process.</summary>
    public JobSpace(string culture, string uiCulture, FrameOutput output)
    {
        (_culture, _uiCulture, _folder) = (culture, uiCulture, Environment.CurrentDirectory);
        Sink = new RecordSink(output);
        Host = new ChildPSHost(Sink, CultureInfo.GetCultureInfo(culture), CultureInfo.GetCultureInfo(uiCulture));
        Runspace = RunspaceFactory.CreateRunspace(Host, InitialSessionState.CreateDefault2());
        Runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        Runspace.Open();
    }

    public RecordSink Sink { get; }

    public ChildPSHost Host { get; }

    public Runspace Runspace { get; }

    /// <summary>Makes it the calling thread's.</summary>
    public void Enter()
    {
        Thread.CurrentThread.CurrentCulture = Host.CurrentCulture;
        Thread.CurrentThread.CurrentUICulture = Host.CurrentUICulture;
        Runspace.DefaultRunspace = Runspace;
    }

    /// <summary>Whether it is what would now be opened for the job.</summary>
    public bool Fits(JobFrame job) => job.Culture == _culture && job.UICulture == _uiCulture && Environment.CurrentDirectory == _folder;

    public void Dispose() => Runspace.Dispose();
}
