using System.Diagnostics;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Chat;

/// <summary>Waits for the receipts of messages.</summary>
internal static class ChatWait
{
    /// <summary>Waits for each in turn, all within one time; one that fails is told, and the others are waited for.</summary>
    public static async Task ForAllAsync(IEnumerable<ChatMessage> messages, ChatMessageState state, double timeoutSeconds, Action<ChatMessage> done, Action<NetException> failed, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        foreach (ChatMessage message in messages)
        {
            TimeSpan left = Deadline.OfSeconds(timeoutSeconds) is { } limit ? limit - Stopwatch.GetElapsedTime(begun) : TimeSpan.MaxValue;
            try
            {
                await ChatPeer.WaitForAsync(message, state, left > TimeSpan.Zero ? left : TimeSpan.Zero, stop);
                done(message);
            }
            catch (NetException e)
            {
                // The time is that of all together, not what was left for this one.
                failed(e.Error == NetError.TimedOut ? ChatPeer.NotYet(message, state, TimeSpan.FromSeconds(timeoutSeconds)) : e);
            }
        }
    }
}
