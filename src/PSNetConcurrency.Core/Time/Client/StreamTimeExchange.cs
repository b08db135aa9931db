using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Time;

/// <summary>Asks for the time over TCP (RFC 867 and 868), where to connect is to ask.</summary>
internal static class StreamTimeExchange
{
    /// <summary>Asks once; tells why not, or <see cref="SocketError.Success"/>, and the address that answered.</summary>
    public static async Task<(SocketError Error, IPAddress? Address)> AskAsync(SecondsDialogue dialogue, IPAddress[] addresses, int port, TimeSpan timeout, CancellationToken stop)
    {
        using CancellationTokenSource limit = Deadline.Start(timeout, stop);
        long began = Stopwatch.GetTimestamp(), t1 = DateTime.UtcNow.Ticks;
        TcpConnector.Outcome outcome = await TcpConnector.TryConnectAsync(addresses, port, 0, timeout, stop).ConfigureAwait(false);
        if (outcome.Socket is null)
        {
            return (outcome.LastError, outcome.Attempts[^1].Address);
        }
        using Socket socket = outcome.Socket;
        byte[] buffer = new byte[TimeDialogue.BufferLength];
        int length = 0;
        ReplyTimes times = default;
        try
        {
            while (length < buffer.Length && !dialogue.IsComplete(buffer.AsSpan(0, length)))
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, limit.Token).ConfigureAwait(false);
                if (length == 0)
                {
                    times = new ReplyTimes(t1, DateTime.UtcNow.Ticks, Stopwatch.GetElapsedTime(began));
                }
                if (count == 0)
                {
                    break;
                }
                length += count;
            }
        }
        catch (SocketException e)
        {
            return (e.SocketErrorCode, outcome.Address);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            if (length == 0)
            {
                return (SocketError.TimedOut, outcome.Address);
            }
        }
        _ = dialogue.Judge(buffer.AsSpan(0, length), times);
        return (SocketError.Success, outcome.Address);
    }
}
