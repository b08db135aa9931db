using System.Diagnostics;
using System.IO.Hashing;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>Makes one slow call in each of the four ways, on a real socket, and tells what the caller could do meanwhile.</summary>
internal static class CallModeMeasurement
{
    private const byte Request = 41, Answer = 42;
    private const string Peer = "the slow peer";

    /// <param name="mode">How the call is made.</param>
    /// <param name="delay">How long the answer takes.</param>
    /// <param name="pollInterval">How long the caller works between two looks, where it polls.</param>
    /// <param name="descriptors">How many connections are waited for together, where a mode can.</param>
    /// <param name="stop">Ends it at once.</param>
    public static async Task<CallModeResult> RunAsync(CallMode mode, TimeSpan delay, TimeSpan pollInterval, int descriptors, CancellationToken stop)
    {
        using SlowPeer peer = new(delay);
        List<Socket> sockets = [];
        for (int i = 0; i < (mode == CallMode.AsynchronousBlocking ? descriptors : 1); i++)
        {
            sockets.Add(await peer.ConnectAsync(stop).ConfigureAwait(false));
        }
        // A thread that is in a call is woken by the end of its connection.
        using CancellationTokenRegistration onStop = stop.Register(() => sockets.ForEach(End));
        try
        {
            // A thread of its own: it blocks, which is what is measured.
            return await Task.Factory.StartNew(() => Run(mode, sockets, pollInterval), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is (SocketException or NetException or ObjectDisposedException))
        {
            throw new OperationCanceledException(stop);
        }
        catch (SocketException e)
        {
            throw NetException.FromSocket(e, Peer);
        }
    }

    private static void End(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It had ended.
        }
    }

    private static CallModeResult Run(CallMode mode, List<Socket> sockets, TimeSpan pollInterval)
    {
        Caller caller = new();
        sockets.ForEach(s => s.Send([Request]));
        (int polls, string deliveredBy, string explanation) = mode switch
        {
            CallMode.SynchronousBlocking => (Blocking(caller, sockets[0]), "return of the call",
                "The call returns when the answer is there. The thread waits in the kernel, uses no processor, and can do nothing else."),
            CallMode.SynchronousNonBlocking => (Polling(caller, sockets[0], pollInterval), "the poll that found it",
                "Each call returns at once, most with 'would block' (EWOULDBLOCK). The thread works in between, but each look costs a system call, and the answer lies there until the next."),
            CallMode.AsynchronousBlocking => (Selecting(caller, sockets), "readiness told by select, then a read",
                "The thread waits in select, but for all descriptors at once: their delays overlap, and one thread serves many."),
            _ => (Completing(caller, sockets[0], pollInterval), "a completion callback, on another thread",
                "The call only starts the operation. The thread works on; when the answer is in its buffer, a callback is run."),
        };
        return new CallModeResult
        {
            Mode = mode,
            BlockedTime = caller.Blocked,
            PollCount = polls,
            DeliveredBy = deliveredBy,
            Elapsed = caller.Elapsed,
            AnswerCount = sockets.Count,
            WorkCount = caller.Work,
            Explanation = explanation,
        };
    }

    private static int Blocking(Caller caller, Socket socket)
    {
        byte[] answer = new byte[1];
        _ = caller.Call(() => Check(socket.Receive(answer), answer));
        return 0;
    }

    private static int Polling(Caller caller, Socket socket, TimeSpan interval)
    {
        socket.Blocking = false;
        byte[] answer = new byte[1];
        for (int polls = 1; ; polls++)
        {
            SocketError error = SocketError.Success;
            int count = caller.Call(() => socket.Receive(answer, 0, answer.Length, SocketFlags.None, out error));
            if (error != SocketError.WouldBlock)
            {
                Check(error == SocketError.Success ? count : throw new SocketException((int)error), answer);
                return polls;
            }
            caller.WorkFor(interval);
        }
    }

    private static int Selecting(Caller caller, List<Socket> sockets)
    {
        List<Socket> waiting = [.. sockets];
        byte[] answer = new byte[1];
        int polls = 0;
        while (waiting.Count > 0)
        {
            List<Socket> ready = [.. waiting];
            caller.Call(() => Socket.Select(ready, null, null, Timeout.InfiniteTimeSpan));
            polls++;
            foreach (Socket socket in ready)
            {
                Check(socket.Receive(answer), answer);
                waiting.Remove(socket);
            }
        }
        return polls;
    }

    private static int Completing(Caller caller, Socket socket, TimeSpan interval)
    {
        byte[] answer = new byte[1];
        using SocketAsyncEventArgs operation = new();
        operation.SetBuffer(answer);
        // Set by the callback, which the caller's work is not interrupted for.
        int isDone = 0;
        operation.Completed += (_, _) => Volatile.Write(ref isDone, 1);
        bool isPending = caller.Call(() => socket.ReceiveAsync(operation));
        while (isPending && Volatile.Read(ref isDone) == 0)
        {
            caller.WorkFor(interval);
        }
        Check(operation.SocketError == SocketError.Success ? operation.BytesTransferred : throw new SocketException((int)operation.SocketError), answer);
        return 0;
    }

    private static int Check(int count, byte[] answer) => count == 1 && answer[0] == Answer ? count
        : throw new NetException(NetError.PeerClosed, $"{Peer} ended without the answer.", Peer);

    /// <summary>The thread that calls: what it does with its time.</summary>
    private sealed class Caller
    {
        private readonly byte[] _block = new byte[4096];
        private readonly long _began = Stopwatch.GetTimestamp();

        public TimeSpan Blocked { get; private set; }

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

        public long Work { get; private set; }

        public T Call<T>(Func<T> call)
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                return call();
            }
            finally
            {
                Blocked += Stopwatch.GetElapsedTime(began);
            }
        }

        public void Call(Action call) => Call(() =>
        {
            call();
            return 0;
        });

        public void WorkFor(TimeSpan time)
        {
            long began = Stopwatch.GetTimestamp();
            do
            {
                BitConverter.TryWriteBytes(_block, XxHash64.HashToUInt64(_block));
                Work++;
            }
            while (Stopwatch.GetElapsedTime(began) < time);
        }
    }
}
