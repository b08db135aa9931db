namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>One connection to a receiver, and what is sent over it.</summary>
internal interface ISendConversation : IAsyncDisposable
{
    /// <summary>Whether the receiver has got further over this connection.</summary>
    bool MadeProgress { get; }

    /// <summary>The items without a result, in the order they were sent.</summary>
    SendItem[] Unconfirmed { get; }

    /// <summary>Sends one item; its outcome comes when there is one. A file that can't be read fails alone.</summary>
    /// <exception cref="Net.NetException">The connection broke.</exception>
    Task SendAsync(SendItem item);

    /// <summary>Sends what was written: nothing more comes for now.</summary>
    Task FlushAsync();

    /// <summary>Waits for the outcomes of all that was sent.</summary>
    Task ConfirmAllAsync();

    /// <summary>Ends in order.</summary>
    Task EndAsync();
}
