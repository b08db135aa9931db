namespace PSNetConcurrency.Core.Net.Server;

/// <summary>A listener's events, a bounded number of them: when nobody fetches them the oldest make room, and are counted.</summary>
public sealed class EventLog() : BoundedLog<ListenerEvent>(Capacity, CapacityBytes, SizeOf)
{
    /// <summary>How many events a listener keeps.</summary>
    public const int Capacity = 4096;

    /// <summary>How many bytes the messages among them may hold.</summary>
    public const int CapacityBytes = 16 * 1024 * 1024;

    // A client may make a listener keep what it sends, as a message or as the beginning of one on an error.
    private static long SizeOf(ListenerEvent e) => (e.Error is NetException failure ? failure.Received.Length : 0) + e.Message switch
    {
        byte[] bytes => bytes.Length,
        string text => 2L * text.Length,
        null => 0,
        // A message with its header beside it.
        _ => 4 * e.Bytes,
    };
}
