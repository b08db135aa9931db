using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>
/// Starts processes where Linux's way is missing, over .NET's Process: Windows, macOS, an old Linux. The children of all of
/// them end with this process: on Windows by a job object, which takes all below a child along; elsewhere by a watcher for each
/// child, which kills the child alone.
/// </summary>
/// <remarks>
/// What the systems lack: process groups that a signal reaches as a whole (Unix: signals go to the child alone, unless its
/// descendants are asked for), CTRL_BREAK before .NET 10 (Windows: the child is ended without being asked), and a signal's name
/// (Unix: 128 more than its number as the exit code, as shells have it, unless this process sent it).
/// </remarks>
internal sealed class PortableLauncher : IProcessLauncher
{
    // In .NET 10 and later; without a group of its own CTRL_BREAK would reach this process, too.
    private static readonly PropertyInfo? NewGroup = OperatingSystem.IsWindows() ? typeof(ProcessStartInfo).GetProperty("CreateNewProcessGroup") : null;

    public RunningProcess Start(StartRequest request)
    {
        ChildProcessOptions options = request.Options;
        ProcessStartInfo info = new(request.Path)
        {
            UseShellExecute = false,
            WorkingDirectory = request.WorkingDirectory ?? "",
            RedirectStandardInput = options.HasInput || !request.DropsOutput,
            RedirectStandardOutput = !request.DropsOutput,
            RedirectStandardError = !request.DropsOutput,
            CreateNoWindow = options.Detached,
        };
        info.Environment.Clear();
        foreach ((string name, string value) in request.Environment)
        {
            info.Environment[name] = value;
        }
        UnixWatcher? watcher = null;
        bool hasGroup = false;
        if (OperatingSystem.IsWindows())
        {
            if (options.OwnGroup && NewGroup is not null)
            {
                NewGroup.SetValue(info, true);
                hasGroup = true;
            }
        }
        else
        {
            watcher = UnixWatcher.Wrap(info, request);
        }
        if (OperatingSystem.IsWindows() && WindowsBatchFile.Is(request.Path))
        {
            info.Arguments = WindowsBatchFile.CommandLine(request);
        }
        else
        {
            foreach (string argument in request.Arguments)
            {
                info.ArgumentList.Add(argument);
            }
        }
        Process? process = null;
        try
        {
            process = Process.Start(info)!;
            if (OperatingSystem.IsWindows() && !options.Detached)
            {
                WindowsJob.Take(process);
            }
            Configure(process, options);
            return new PortableProcess(process, request, watcher, hasGroup);
        }
        catch (Exception e)
        {
            process?.Kill();
            process?.Dispose();
            watcher?.Dispose();
            throw e is Win32Exception refused ? Failure(request, refused) : e;
        }
    }

    internal static void Configure(Process process, ChildProcessOptions options)
    {
        if (options.ProcessorAffinity is { } mask)
        {
            if (OperatingSystem.IsWindows() || OperatingSystem.IsLinux())
            {
                try
                {
                    process.ProcessorAffinity = (nint)mask;
                }
                catch (Exception e) when (e is Win32Exception or InvalidOperationException && !Ended(process))
                {
                    throw StartChecks.NoSuchProcessor(mask);
                }
            }
            else
            {
                throw new NetException(NetError.NotSupportedHere, "This system does not bind processes to processors; Linux and Windows do.", mask);
            }
        }
        if (options.PriorityClass is { } priority)
        {
            try
            {
                process.PriorityClass = priority;
            }
            catch (Exception e) when (e is Win32Exception or InvalidOperationException && !Ended(process))
            {
                throw StartChecks.PriorityRefused(priority, e.Message);
            }
        }
    }

    // It may have ended before it could be told anything, which is no failure.
    private static bool Ended(Process process) => process.HasExited;

    private static NetException Failure(StartRequest request, Win32Exception e)
    {
        const int FileNotFound = 2, AccessDenied = 5, NotEnoughMemory = 8, BadFormat = 193, UnixAgain = 11, UnixMemory = 12, UnixAccess = 13, UnixFormat = 8;
        bool windows = OperatingSystem.IsWindows();
        return e.NativeErrorCode switch
        {
            FileNotFound => new NetException(NetError.ProgramNotFound, $"There is no program {request.Path} any more.", request.Path, e),
            AccessDenied or BadFormat when windows => ProgramFinder.NotExecutable(request.Path, e.Message, e),
            UnixAccess or UnixFormat when !windows => ProgramFinder.NotExecutable(request.Path, e.Message, e),
            NotEnoughMemory when windows => Limit(request, e),
            UnixAgain or 35 or UnixMemory when !windows => Limit(request, e),
            _ => new NetException(NetError.ProcessStartFailed, $"{request.Path} can't be started: {e.Message} ({e.NativeErrorCode}).", request.Path, e),
        };
    }

    private static NetException Limit(StartRequest request, Win32Exception e) =>
        new(NetError.ProcessLimitReached, $"{request.Path} can't be started: the system allows no more processes, or has no memory for one ({e.Message}). Wait for some to end, or run fewer at once.", request.Path, e);
}
