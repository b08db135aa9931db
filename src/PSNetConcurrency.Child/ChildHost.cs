using System.Globalization;
using System.Management.Automation;
using System.Runtime.InteropServices;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>The entry: runs one job of the parent in this process, and ends the process.</summary>
internal static class ChildHost
{
    private static readonly object Gate = new();
    private static JobRunner? s_running;
    private static int s_signal;
    private static bool s_over;
    private static readonly List<PosixSignalRegistration> Registrations = [];

    public static void Run()
    {
        (Stream inputStream, Stream outputStream) = Descriptors.Take();
        FrameOutput output = new(outputStream);
        FrameInput input = new(inputStream) { ParentGone = ParentGone, StopRequested = () => Stop(15) };
        Greet(output);
        // The engine's own stack size for a pipeline: scripts may call as deep as elsewhere.
        Thread worker = new(() => Work(input, output), 10 * 1024 * 1024) { Name = "Pipeline" };
        worker.Start();
        input.Start();
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, 15)));
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, 2)));
        worker.Join();
    }

    // A parent that has gone already is not waited for: whether that ends the child is for its input to say.
    private static void Greet(FrameOutput output)
    {
        WireWriter hello = new(64);
        hello.Raw(Wire.Magic);
        int at = hello.BeginFrame(FrameKind.Hello);
        hello.Int32(Environment.ProcessId);
        hello.Text(typeof(PSObject).Assembly.GetName().Version?.ToString() ?? "");
        hello.EndFrame(at);
        output.Send(hello);
    }

    private static void Work(FrameInput input, FrameOutput output)
    {
        int exitCode = 1;
        WireWriter last = new(512);
        try
        {
            // While the job is on its way: most have the cultures that the process has.
            JobSpace ahead = new(CultureInfo.CurrentCulture.Name, CultureInfo.CurrentUICulture.Name, output);
            byte[] payload = input.WaitForJob(out bool isWarm);
            if (isWarm)
            {
                WarmUp.Run(payload);
                WireWriter ready = new(8);
                ready.EndFrame(ready.BeginFrame(FrameKind.Ready));
                output.Send(ready);
                payload = input.WaitForJob(out _);
            }
            JobFrame job = JobFrame.Read(payload);
            JobRunner runner = new(job, input, output, ahead);
            lock (Gate)
            {
                s_running = runner;
                if (s_signal != 0)
                {
                    runner.Stop();
                }
            }
            exitCode = runner.Run(last);
        }
        catch (Exception e)
        {
            JobRunner.Fault(last, FaultCode.JobUnreadable, $"The child can't run its job: {e.GetType().Name}: {e.Message}", null);
        }
        if (s_signal == 0 || exitCode != JobRunner.WasStopped)
        {
            output.Send(last);
        }
        else
        {
            output.Flush();
        }
        s_over = true;
        if (s_signal != 0)
        {
            Descriptors.DieBy(s_signal);
        }
        output.Close();
        ProcessEnd.Exit(exitCode);
    }

    private static void OnSignal(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        Stop(signal);
    }

    private static void Stop(int signal)
    {
        lock (Gate)
        {
            s_signal = signal;
            if (s_running is not null)
            {
                s_running.Stop();
                return;
            }
        }
        Descriptors.DieBy(signal);
    }

    private static void ParentGone()
    {
        if (!s_over)
        {
            Descriptors.KillGroup();
        }
    }
}
