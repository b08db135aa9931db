using System.Diagnostics;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Waits for the receipts of messages.</summary>
internal static class ChatWait
{
    /// <summary>Waits for each in turn, all within one time; one that fails is told, and the others are waited for.</summary>
    public static async Task ForAllAsync(IEnumerable<ChatMessage> messages, ChatMessageState state, double timeoutSeconds, Action<ChatMessage> done, Action<NetException> failed, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        foreach (ChatMessage message in messages)
        {
            TimeSpan left = timeoutSeconds > 0 ? TimeSpan.FromSeconds(timeoutSeconds) - Stopwatch.GetElapsedTime(begun) : TimeSpan.MaxValue;
            try
            {
                await ChatPeer.WaitForAsync(message, state, left > TimeSpan.Zero ? left : TimeSpan.Zero, stop);
                done(message);
            }
            catch (NetException e)
            {
                failed(e.Error == NetError.TimedOut ? new NetException(e.Error, $"The message to {message.To} is {message.State} after {timeoutSeconds} s, not {state}.{(message.State == ChatMessageState.Queued ? " It is sent when the user is there." : "")}", message) : e);
            }
        }
    }
}
