using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Pooling;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>PowerShell children: starts a script in a fresh PowerShell process and feeds its $input.</summary>
internal static class ScriptChild
{
    private const int CommandLength = 80;
    private static readonly ConditionalWeakTable<ChildProcess, ScriptChannel> Channels = [];

    private sealed class ScriptChannel(ScriptInterpreter interpreter, bool takesInput)
    {
        public ScriptInterpreter Interpreter { get; } = interpreter;

        public bool TakesInput { get; } = takesInput;

        /// <summary>Held while a frame waits for credit and until it is on its way: frames keep the order of the calls.</summary>
        public SemaphoreSlim Turn { get; } = new(1);

        public bool Ended { get; set; }

        /// <summary>Changed in turn only.</summary>
        public long Sent { get; set; }
    }

    /// <summary>Starts. Call on the pipeline thread: values are serialized here.</summary>
    /// <exception cref="NetException">PowerShellNotFound, ArgumentNotSerializable, or one of ChildProcess.Start's.</exception>
    public static ChildProcess Start(ScriptJob job, ScriptChildOptions options) => Start(job, options, out _);

    /// <summary>Starts; <paramref name="sending"/> ends when the system has all of the job, or the child, and never fails.</summary>
    public static ChildProcess Start(ScriptJob job, ScriptChildOptions options, out Task sending)
    {
        WireWriter? writer = null;
        bool isVia = options.Via.Count > 0;
        Bootstrap bootstrap = isVia ? Bootstrap.Elsewhere : Bootstrap.Here;
        void Encode(StartState? state, bool isReady)
        {
            writer = new(4096 + (isReady ? 0 : bootstrap.Length));
            if (!isReady)
            {
                bootstrap.Write(writer);
            }
            JobEncoder.Write(writer, job, options.Detached, state);
        }
        string pwsh = isVia ? options.PowerShellPath ?? "pwsh" : options.Pool?.PowerShellPath ?? PowerShellFinder.Find(options.PowerShellPath);
        ScriptInterpreter interpreter = new(options.Via, RecordDecoder.ReadCause);
        ChildProcessOptions start = new()
        {
            FilePath = isVia ? options.Via[0] : pwsh,
            Arguments = isVia ? [.. options.Via.Skip(1), pwsh, .. bootstrap.Arguments] : bootstrap.Arguments,
            WorkingDirectory = isVia ? null : options.WorkingDirectory,
            Environment = options.Environment,
            Kind = job.Kind,
            Name = options.Name,
            Command = options.Command ?? CommandOf(job),
            Item = options.Item,
            HasInput = true,
            Interpreter = interpreter,
            PriorityClass = options.PriorityClass,
            ProcessorAffinity = options.ProcessorAffinity,
            Timeout = options.Timeout,
            Detached = options.Detached,
            OwnGroup = !isVia,
        };
        if (options.BufferSize is { } size)
        {
            start = start with { BufferSize = size };
        }
        ChildProcess child;
        if (options.Pool is { } pool)
        {
            child = ChildProcess.Start(start, new PoolLauncher(pool, state => Encode(state, isReady: state is not null)));
        }
        else
        {
            // Launchers carry neither folder nor variables to the other side.
            child = ChildProcess.Start(start, new PreparingLauncher(request =>
                Encode(isVia ? new StartState(options.WorkingDirectory, [.. ChildEnvironment.Changes(options.Environment, request.Name)]) : null, isReady: false)));
        }
        Channels.Add(child, new ScriptChannel(interpreter, job.HasInput));
        sending = SendJobAsync(child, writer!);
        return child;
    }

    /// <summary>Whether this child takes objects with <see cref="SendInputAsync"/>; where false, it takes bytes with ChildProcess.SendAsync.</summary>
    public static bool TakesObjects(ChildProcess child) => Channels.TryGetValue(child, out _);

    /// <summary>Puts an object into the child's $input; serialized before it returns, waits while much is not yet consumed.</summary>
    /// <exception cref="NetException">ArgumentNotSerializable; HandleClosed: it takes no input, its input has been ended, or it has.</exception>
    public static ValueTask SendInputAsync(ChildProcess child, object? item, CancellationToken stop)
    {
        ScriptChannel channel = Open(child);
        return SendAsync(child, channel, EncodeInput(item), stop);
    }

    /// <summary>An object as <see cref="SendInputAsync"/> sends it, to be sent later with <see cref="SendAllAsync"/>.</summary>
    /// <exception cref="NetException">ArgumentNotSerializable.</exception>
    public static WireWriter EncodeInput(object? item)
    {
        WireWriter writer = new();
        int at = writer.BeginFrame(FrameKind.Input);
        JobEncoder.Write(writer, item, "input object");
        writer.EndFrame(at);
        return writer;
    }

    /// <summary>Puts objects that were encoded into a new child's $input and ends it. A child that ends before is no failure: how it ended is told with its end.</summary>
    public static async Task SendAllAsync(ChildProcess child, IEnumerable<WireWriter> items)
    {
        ScriptChannel channel = Open(child);
        try
        {
            foreach (WireWriter item in items)
            {
                await SendAsync(child, channel, item, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (NetException e) when (e.Error == NetError.HandleClosed)
        {
        }
        finally
        {
            await EndInputAsync(child, channel).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the child's $input, after what was sent.</summary>
    public static void EndInput(ChildProcess child)
    {
        if (Channels.TryGetValue(child, out ScriptChannel? channel) && channel.TakesInput)
        {
            _ = EndInputAsync(child, channel);
        }
    }

    private static async Task EndInputAsync(ChildProcess child, ScriptChannel channel)
    {
        if (channel.Ended)
        {
            return;
        }
        channel.Ended = true;
        WireWriter writer = new(8);
        writer.EndFrame(writer.BeginFrame(FrameKind.EndInput));
        // What still waits to be sent goes first.
        await channel.Turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await SendJobAsync(child, writer).ConfigureAwait(false);
        }
        finally
        {
            channel.Turn.Release();
        }
    }

    private static ScriptChannel Open(ChildProcess child)
    {
        if (!Channels.TryGetValue(child, out ScriptChannel? channel) || !channel.TakesInput)
        {
            throw new NetException(NetError.HandleClosed, $"{child.Name} was started without input. Start it with -InputObject, or with input from the pipeline.", child.Name);
        }
        return channel.Ended ? throw new NetException(NetError.HandleClosed, $"The input of {child.Name} has been ended.", child.Name) : channel;
    }

    private static async ValueTask SendAsync(ChildProcess child, ScriptChannel channel, WireWriter writer, CancellationToken stop)
    {
        Task writing;
        await channel.Turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await channel.Interpreter.WaitForCreditAsync(channel.Sent, stop).ConfigureAwait(false);
            channel.Sent += writer.Length;
            // Never stopped in the middle: half a frame would be the end of all that follows.
            writing = child.SendAsync(writer.Buffer.AsMemory(0, writer.Length), CancellationToken.None).AsTask();
        }
        finally
        {
            channel.Turn.Release();
        }
        await writing.WaitAsync(stop).ConfigureAwait(false);
    }

    private static async Task SendJobAsync(ChildProcess child, WireWriter writer)
    {
        try
        {
            await child.SendAsync(writer.Buffer.AsMemory(0, writer.Length), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NetException or ObjectDisposedException)
        {
            // It ended before it took all: how it ended is told with its end.
        }
    }

    private static string CommandOf(ScriptJob job)
    {
        string text = job.Kind switch
        {
            ChildProcessKind.ScriptFile => job.ScriptPath ?? "",
            ChildProcessKind.Class => job.ClassName ?? "",
            _ => ScriptPlan.OneLine(job.Script),
        };
        return text.Length > CommandLength ? string.Concat(text.AsSpan(0, CommandLength - 1), "…") : text;
    }
}
