namespace PSNetConcurrency;

/// <summary>How a slow call is made: who waits, and how the answer is known to be there.</summary>
public enum CallMode
{
    /// <summary>The call returns with the answer; until then the caller waits in it.</summary>
    SynchronousBlocking,

    /// <summary>The call returns at once, mostly without an answer; the caller asks again and again.</summary>
    SynchronousNonBlocking,

    /// <summary>The caller waits for any of several descriptors to be ready (select), and then reads that one.</summary>
    AsynchronousBlocking,

    /// <summary>The call returns at once; the answer is handed to a callback while the caller does other work.</summary>
    AsynchronousNonBlocking,
}
