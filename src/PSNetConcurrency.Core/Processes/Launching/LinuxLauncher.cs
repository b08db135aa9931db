using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>
/// Starts processes on Linux: posix_spawn, which does not copy this process's memory map as fork does; an end that epoll tells
/// of; no thread and no polling for a child.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LinuxLauncher : IProcessLauncher
{
    private const int ReadOnly = 0, WriteOnly = 1;

    private static readonly Lazy<bool> Works = new(Try);

    // What this process got from whoever started it: no business of a child's. Its own files close themselves in a child.
    private static readonly Lazy<int[]> Inherited = new(FindInherited);

    /// <summary>Whether the system has all that is needed: pidfd_open since Linux 5.3, and a C library that is not much older.</summary>
    public static bool IsSupported => Works.Value;

    public RunningProcess Start(StartRequest request)
    {
        ChildProcessOptions options = request.Options;
        int* pipes = stackalloc int[] { -1, -1, -1, -1, -1, -1 };
        int lifeline = -1;
        EpollLoop? loop = null;
        using NativeStrings arguments = new([options.FilePath, .. request.Arguments]);
        using NativeStrings environment = new([.. request.Environment.Select(v => $"{v.Key}={v.Value}")]);
        bool ownGroup = options.OwnGroup || options.Detached;
        try
        {
            if (options.HasInput)
            {
                OpenPipe(pipes, ours: 1);
            }
            if (!request.DropsOutput)
            {
                OpenPipe(pipes + 2, ours: 0);
                OpenPipe(pipes + 4, ours: 0);
            }
            lifeline = options.Detached ? -1 : Lifeline.Open();
            // Before there is a process: one that nobody can follow must not run.
            loop = (EpollLoop)ChildLoop.Enter();
            int pid = ThreadSettings.Run(options, () => Spawn(request, pipes, lifeline, arguments, environment));
            long ourPeak = OurPeak();
            int pidfd = ProcessLibc.PidfdOpen(pid);
            int errno = pidfd < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (lifeline >= 0)
            {
                Lifeline.Tie(lifeline, pid, ownGroup);
            }
            if (errno != 0)
            {
                // Nobody could follow it.
                _ = SystemSignal.SendTo(pid, SystemSignal.Kill);
                int status;
                ProcessLibc.ResourceUse use;
                _ = ProcessLibc.Wait(pid, &status, 0, &use);
                throw Failure(request, errno);
            }
            LinuxProcess process = new(loop, pid, pidfd, new LinuxDescriptors(pipes[1], pipes[2], pipes[4]), ownGroup, ourPeak);
            pipes[1] = pipes[2] = pipes[4] = -1;
            loop = null;
            return process;
        }
        finally
        {
            if (loop is not null)
            {
                ChildLoop.Leave();
            }
            Close(ref lifeline);
            for (int i = 0; i < 6; i++)
            {
                Close(ref pipes[i]);
            }
        }
    }

    /// <exception cref="NetException">ProcessLimitReached, ProcessStartFailed.</exception>
    internal static int Check(int result, string what)
    {
        if (result >= 0)
        {
            return result;
        }
        int errno = Marshal.GetLastPInvokeError();
        throw errno is ProcessLibc.TooManyFiles or ProcessLibc.TooManyFilesInSystem or ProcessLibc.NoMemory
            ? new NetException(NetError.ProcessLimitReached, $"The system gives this process no more descriptors or memory for a child: {Words(errno)}. Raise the limit (ulimit -n), or run fewer at once.")
            : new NetException(NetError.ProcessStartFailed, $"A child can't be started, as the system does not open {what}: {Words(errno)}.");
    }

    private static int Spawn(StartRequest request, int* pipes, int lifeline, NativeStrings arguments, NativeStrings environment)
    {
        ChildProcessOptions options = request.Options;
        byte* actions = stackalloc byte[ProcessLibc.ActionsSize];
        byte* attributes = stackalloc byte[ProcessLibc.AttributesSize];
        _ = ProcessLibc.ActionsInit(actions);
        _ = ProcessLibc.AttributesInit(attributes);
        try
        {
            fixed (byte* path = Terminated(request.Path), folder = Terminated(request.WorkingDirectory), none = "/dev/null\0"u8)
            {
                DescribeStreams(actions, pipes, none);
                foreach (int fd in Inherited.Value)
                {
                    _ = ProcessLibc.ActionsClose(actions, fd);
                }
                if (lifeline >= 0)
                {
                    _ = ProcessLibc.ActionsDuplicate(actions, lifeline, Lifeline.ChildDescriptor);
                }
                if (request.WorkingDirectory is not null)
                {
                    _ = ProcessLibc.ActionsFolder(actions, folder);
                }
                DescribeSignals(attributes, options);
                int pid;
                int errno = ProcessLibc.Spawn(&pid, path, actions, attributes, arguments.Pointers, environment.Pointers);
                return errno == 0 ? pid : throw Failure(request, errno);
            }
        }
        finally
        {
            _ = ProcessLibc.ActionsDestroy(actions);
            _ = ProcessLibc.AttributesDestroy(attributes);
        }
    }

    private static void DescribeStreams(byte* actions, int* pipes, byte* none)
    {
        for (int stream = 0; stream < 3; stream++)
        {
            int end = stream == 0 ? pipes[0] : pipes[(stream * 2) + 1];
            if (end >= 0)
            {
                _ = ProcessLibc.ActionsDuplicate(actions, end, stream);
            }
            else
            {
                _ = ProcessLibc.ActionsOpen(actions, stream, none, stream == 0 ? ReadOnly : WriteOnly, 0);
            }
        }
    }

    // The runtime ignores some signals, and what a process ignores its children ignore.
    private static void DescribeSignals(byte* attributes, ChildProcessOptions options)
    {
        byte* set = stackalloc byte[ProcessLibc.SignalSetSize];
        _ = ProcessLibc.FullSet(set);
        _ = ProcessLibc.AttributesDefaultSignals(attributes, set);
        _ = ProcessLibc.EmptySet(set);
        _ = ProcessLibc.AttributesSignalMask(attributes, set);
        _ = ProcessLibc.AttributesFlags(attributes, (short)(ProcessLibc.SetDefaultSignals | ProcessLibc.SetSignalMask
            | (options.Detached ? ProcessLibc.SetSession : options.OwnGroup ? ProcessLibc.SetGroup : 0)));
    }

    // Both ends close themselves in every program that is started; the child's gets a number without that.
    private static void OpenPipe(int* ends, int ours)
    {
        Check(ProcessLibc.Pipe(ends, ProcessLibc.CloseOnExec), "a pipe");
        for (int i = 0; i < 2; i++)
        {
            // 0 to 2 are free where this process was started without streams; the child's own would overwrite each other there.
            if (ends[i] < 3)
            {
                int higher = Check(ProcessLibc.FileControl(ends[i], ProcessLibc.DuplicateCloseOnExec, 3), "a pipe");
                _ = Libc.Close(ends[i]);
                ends[i] = higher;
            }
        }
        Check(ProcessLibc.FileControl(ends[ours], ProcessLibc.SetFlags, ProcessLibc.NonBlocking), "a pipe");
    }

    /// <summary>What the system's refusal means to a user.</summary>
    internal static NetException Failure(StartRequest request, int errno) => errno switch
    {
        ProcessLibc.Again or ProcessLibc.NoMemory or ProcessLibc.TooManyFiles or ProcessLibc.TooManyFilesInSystem => new NetException(NetError.ProcessLimitReached,
            $"{request.Path} can't be started: the system allows this user no more processes, or has no memory for one ({Words(errno)}). Wait for some to end, run fewer at once, or raise the limit (ulimit -u).", request.Path),
        ProcessLibc.ExecFormat => ProgramFinder.NotExecutable(request.Path, "it is neither a program for this machine nor a script that begins with #! and the program to read it."),
        ProcessLibc.NoEntry or ProcessLibc.NotFolder when request.WorkingDirectory is { } folder && !Directory.Exists(folder) => StartChecks.FolderMissing(folder),
        ProcessLibc.Access when request.WorkingDirectory is { } folder && ProcessLibc.AccessTo(folder, 1) != 0 =>
            new NetException(NetError.AccessDenied, $"The working directory {folder} can't be entered by this user.", folder),
        ProcessLibc.NoEntry when File.Exists(request.Path) => ProgramFinder.NotExecutable(request.Path, "the program that its first line (#!) or its header names to run it does not exist."),
        ProcessLibc.NoEntry => new NetException(NetError.ProgramNotFound, $"There is no program {request.Path} any more.", request.Path),
        ProcessLibc.Access or ProcessLibc.NotPermitted => ProgramFinder.NotExecutable(request.Path, "this user may not execute it, or its file system allows no programs."),
        ProcessLibc.TextBusy => ProgramFinder.NotExecutable(request.Path, "it is open for writing at the moment."),
        ProcessLibc.TooLong => new NetException(NetError.ProcessStartFailed, $"{request.Path} can't be started: its arguments and variables are longer than the system takes. Pass long data through its standard input or a file.", request.Path),
        _ => new NetException(NetError.ProcessStartFailed, $"{request.Path} can't be started: {Words(errno)} (errno {errno}).", request.Path),
    };

    private static string Words(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    private static long OurPeak()
    {
        ProcessLibc.ResourceUse use;
        // The system counts pages in batches for each processor, and so is a little off.
        return ProcessLibc.Use(0, &use) == 0 ? use.PeakKilobytes + (use.PeakKilobytes / 64) : long.MaxValue;
    }

    private static byte[]? Terminated(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + '\0');

    private static void Close(ref int fd)
    {
        if (fd >= 0)
        {
            _ = Libc.Close(fd);
            fd = -1;
        }
    }

    private static int[] FindInherited() =>
    [
        .. Directory.EnumerateFiles("/proc/self/fd").Select(f => int.Parse(Path.GetFileName(f), System.Globalization.CultureInfo.InvariantCulture))
            .Where(fd => fd > 2 && ProcessLibc.FileControl(fd, ProcessLibc.GetDescriptorFlags, 0) == 0),
    ];

    private static bool Try()
    {
        try
        {
            int own = ProcessLibc.PidfdOpen(Environment.ProcessId);
            if (own < 0)
            {
                return false;
            }
            _ = Libc.Close(own);
            byte* actions = stackalloc byte[ProcessLibc.ActionsSize];
            _ = ProcessLibc.ActionsInit(actions);
            fixed (byte* root = "/\0"u8)
            {
                _ = ProcessLibc.ActionsFolder(actions, root);
            }
            _ = ProcessLibc.ActionsDestroy(actions);
            return Directory.Exists("/proc/self/fd");
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }
}
