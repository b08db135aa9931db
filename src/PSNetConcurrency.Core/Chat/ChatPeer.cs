using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.Engine;
using PSNetConcurrency.Core.Chat.Files;
using PSNetConcurrency.Core.Chat.History;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>
/// A user of the chat on this machine: it speaks the IP Messenger protocol over UDP, and serves the files it offers over TCP on
/// the same port. What is public may be called from any thread; events are raised on the peer's loop, and whoever handles them
/// there must not block.
/// </summary>
public sealed class ChatPeer : UdpServer
{
    private const int PortTries = 32;

    private readonly ChatPeerOptions _options;
    private readonly ChatService _service;
    private readonly TcpServer _files;
    private readonly object _gate = new();
    private ChatSubscription[] _subscriptions = [];

    // The service is made before the peer is, and calls it later.
    private ChatPeer(ChatPeerOptions options, UdpServerOptions udp, Socket socket, TcpServer files, Parts parts, ChatFileOffers offers, HistoryWriter? history, IReadOnlyList<IPEndPoint> broadcasts, IReadOnlyList<IPEndPoint> seeds)
        : base("ChatPeer", udp, new ChatService(options, broadcasts, seeds, offers, history)
        {
            Raise = e => parts.Peer!.Raise(e),
            Work = (message, contact) => new ChatWork(parts.Peer!, message, contact),
            Release = () => parts.Peer!.ReleaseAsync(),
        }, socket)
    {
        parts.Peer = this;
        _options = options;
        _files = files;
        _service = (ChatService)Service;
        if (history is not null)
        {
            history.Failed = e => Record(ListenerEventType.Error, error: e);
        }
    }

    /// <summary>A message has come. On the loop.</summary>
    public event Action<ChatMessage>? MessageReceived;

    /// <summary>A message's state has moved on. On the loop.</summary>
    public event Action<ChatMessage>? MessageChanged;

    /// <summary>A user came, went or changed. On the loop.</summary>
    public event Action<ChatUser>? UserChanged;

    /// <summary>The login name it has in the chat.</summary>
    public string UserName => _options.UserName;

    /// <summary>The name of this machine in the chat.</summary>
    public string HostName => _options.HostName;

    /// <summary>The name it wants to be called.</summary>
    public string NickName { get; private set; } = "";

    public string GroupName { get; private set; } = "";

    /// <summary>Online, or Absent by Set-ChatStatus.</summary>
    public ChatUserStatus Status { get; private set; }

    /// <summary>What is told to those who ask while it is absent.</summary>
    public string AbsenceText { get; private set; } = "";

    /// <summary>Its address in the chat: name@host.</summary>
    public string ChatAddress => $"{UserName}@{HostName}";

    /// <summary>The file that messages are kept in, or null.</summary>
    public string? HistoryPath => _options.HistoryPath;

    /// <summary>The users it knows, those that are gone included.</summary>
    public IReadOnlyList<ChatUser> Users => _service.Contacts.Snapshot();

    /// <summary>How many users are there now.</summary>
    public int UserCount => _service.Contacts.CountThere();

    /// <summary>Received messages that nobody has fetched.</summary>
    internal BoundedLog<ChatMessage> Inbox => _service.Inbox;

    /// <summary>Binds, and enters the chat.</summary>
    /// <exception cref="NetException">The port is in use, a name has no address, the history can't be written, or a name is none.</exception>
    public static async Task<ChatPeer> StartAsync(ChatPeerOptions options, CancellationToken cancellationToken)
    {
        options = Check(options);
        bool any = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any);
        bool hasIPv6 = options.Address.AddressFamily == AddressFamily.InterNetworkV6;
        IPEndPoint[] seeds = await ResolveAsync(options.Peer, ChatPeerOptions.DefaultPort, hasIPv6, cancellationToken).ConfigureAwait(false);
        IPEndPoint[]? broadcasts = options.BroadcastAddress is null ? null : await ResolveAsync(options.BroadcastAddress, options.Port > 0 ? options.Port : ChatPeerOptions.DefaultPort, hasIPv6, cancellationToken).ConfigureAwait(false);
        HistoryWriter? history = options.HistoryPath is null ? null : new HistoryWriter(options.HistoryPath);
        try
        {
            for (int tries = 1; ; tries++)
            {
                ChatFileOffers offers = new(options.MaximumOffer);
                ChatFileProtocol protocol = new(offers, options.Encoding);
                TcpServer files = TcpServer.Start("ChatFiles", new TcpServerOptions { Address = options.Address, Port = options.Port, MaximumConnection = 256, IdleTimeout = TimeSpan.FromSeconds(60), Allow = options.Allow, Deny = options.Deny, IsPart = true }, protocol);
                try
                {
                    int port = files.Port;
                    UdpServerOptions udp = new() { Name = options.Name, Address = options.Address, Port = port, Broadcast = true, Allow = options.Allow, Deny = options.Deny, Loop = options.Loop };
                    ChatPeer peer = Start(udp, socket => new ChatPeer(options, udp, socket, files, new Parts(), offers, history, broadcasts ?? (any ? [.. Presence.NetworkBroadcasts().Select(a => new IPEndPoint(a, port))] : []), seeds));
                    protocol.Peer = peer;
                    await peer.OnLoopAsync(() => peer.ShowOwn()).ConfigureAwait(false);
                    return peer;
                }
                catch (NetException e)
                {
                    await files.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
                    // A port that TCP has free may be another's for UDP.
                    if (options.Port != 0 || e.Error != NetError.PortInUse || tries >= PortTries)
                    {
                        throw;
                    }
                }
            }
        }
        catch
        {
            if (history is not null)
            {
                await history.DisposeAsync().ConfigureAwait(false);
            }
            throw;
        }
    }

    /// <summary>
    /// Sends a message, now or as soon as the user is there. The receiver is a user's name, nickname or name@host, known or yet to
    /// come, or an address with a port.
    /// </summary>
    /// <exception cref="NetException">Nobody or more than one is called so, the text is too long, or too many messages wait.</exception>
    public async Task<ChatMessage> SendAsync(string to, string text, ChatSendOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(to);
        // No host has an @ in its name.
        int at = to.LastIndexOf('@');
        if (at > 0 && at < to.Length - 1)
        {
            return await SendAsync(() => _service.Contacts.Get(IpmsgText.CleanName(to[..at]), IpmsgText.CleanName(to[(at + 1)..])), to, text, options, cancellationToken).ConfigureAwait(false);
        }
        ChatUser[] users = [.. Users.Where(u => u.Name.Equals(to, StringComparison.OrdinalIgnoreCase) || u.NickName.Equals(to, StringComparison.OrdinalIgnoreCase))];
        if (users.Length == 1)
        {
            return await SendAsync(users[0], text, options, cancellationToken).ConfigureAwait(false);
        }
        if (users.Length > 1)
        {
            throw new NetException(NetError.InvalidArgument, $"'{to}' may be {string.Join(" or ", users.Take(5).Select(u => u.ChatAddress))}. Write name@host.", to);
        }
        if (!to.Contains('.') && !to.Contains(':'))
        {
            throw new NetException(NetError.UserNotFound, $"Nobody is called '{to}'. Write name@host for a user who is yet to come, or an address and port.", to);
        }
        IPEndPoint endPoint = await ChatAddresses.ResolveAsync(to, ChatPeerOptions.DefaultPort, LocalEndPoint.AddressFamily == AddressFamily.InterNetworkV6, cancellationToken).ConfigureAwait(false);
        return await SendAsync(() => _service.Contacts.GetAt(endPoint), to, text, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a message to a user, now or as soon as the user is there.</summary>
    public Task<ChatMessage> SendAsync(ChatUser to, string text, ChatSendOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        return SendAsync(() => _service.Contacts.Get(to.Name, to.Host), to.ChatAddress, text, options, cancellationToken);
    }

    /// <summary>Offers files and folders to a user, with a message.</summary>
    public Task<ChatMessage> SendFileAsync(string to, IReadOnlyList<string> paths, string text, CancellationToken cancellationToken = default) =>
        SendAsync(to, text, new ChatSendOptions { Path = paths }, cancellationToken);

    /// <summary>Waits until a sent message has come that far.</summary>
    /// <exception cref="NetException">It was given up, or the time ran out.</exception>
    public static async Task WaitForAsync(ChatMessage message, ChatMessageState state, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        using CancellationTokenSource limit = Deadline.Start(timeout, cancellationToken);
        try
        {
            if (await message.WaitAsync(state, limit.Token).ConfigureAwait(false) == ChatMessageState.Failed && state != ChatMessageState.Failed)
            {
                throw new NetException(NetError.NotDelivered, $"The message to {message.To} was not delivered: {message.Error}", message);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NotYet(message, state, timeout);
        }
    }

    /// <summary>The failure of a message that has not come so far in that time.</summary>
    internal static NetException NotYet(ChatMessage message, ChatMessageState state, TimeSpan time) => new(NetError.TimedOut,
        $"The message to {message.To} is {message.State} after {time.TotalSeconds:0.###} s, not {state}.{(message.State == ChatMessageState.Queued ? " It is sent when the user is there." : "")}", message);

    /// <summary>Opens a sealed message that was received, and tells its sender.</summary>
    public Task OpenAsync(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return OnLoopAsync(() => _service.Open(message));
    }

    /// <summary>Changes what is told of this peer; null leaves a part as it is.</summary>
    public Task SetStatusAsync(bool? absent, string? absenceText = null, string? nickName = null, string? groupName = null) => OnLoopAsync(() =>
    {
        _service.Presence.Set(absent, absenceText, nickName, groupName);
        ShowOwn();
    });

    /// <summary>Calls everybody anew; ends when those who do not answer are known.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await OnLoopAsync(() => _service.Refresh(() => done.TrySetResult())).ConfigureAwait(false);
        await Task.WhenAny(done.Task, Stopped).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fetches a file or folder that came with a message.</summary>
    /// <exception cref="NetException">It could not be had, or not stored; nothing has its name then.</exception>
    public async Task<FileTransferResult> ReceiveFileAsync(ChatFile file, ChatReceiveOptions options, IProgress<ChatFileProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Message is not { Direction: ChatDirection.Received, Contact: { } sender })
        {
            throw new NetException(NetError.InvalidArgument, $"'{file.Name}' did not come with a message of this session: it can't be fetched.", file);
        }
        ChatUser user = sender.User;
        Encoding legacy = sender.Encoding ?? _options.Encoding;
        IpmsgOptions flags = IpmsgOptions.FileAttach | (file.IsUtf8 ? IpmsgOptions.Utf8 : 0);
        ChatFileReceiver receiver = new(file, options, new IPEndPoint(user.Address[0], user.Port), LocalEndPoint.Address, legacy, Request, progress);
        FileTransferResult result = await receiver.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        CountReceived(result.BytesSent);
        return result;

        Task<byte[]> Request(long offset) => OnLoopAsync(() => _service.Encode(_service.NextNumber(), file.IsFolder ? IpmsgCommand.GetDirFiles : IpmsgCommand.GetFileData, flags,
            new IpmsgFileRequest(file.Message.PacketNumber, file.FileId, offset, file.IsFolder).Text(), [], _options.Encoding));
    }

    /// <summary>Tells the sender that the files of a message are not wanted, or no more.</summary>
    public Task ReleaseFilesAsync(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return OnLoopAsync(() => _service.ReleaseFiles(message));
    }

    /// <summary>The events from now on, for a consumer off the loop.</summary>
    public ChatSubscription Subscribe(int capacity = 4096)
    {
        ChatSubscription subscription = new(capacity, s => Change(all => [.. all.Where(o => o != s)]));
        Change(all => [.. all, subscription]);
        if (State == ListenerState.Stopped)
        {
            subscription.Complete();
        }
        return subscription;
    }

    internal void Handled() => _service.Handled();

    /// <summary>The user that a received message is of, as it is now.</summary>
    internal static ChatUser? FindSender(ChatMessage message) => message.Direction == ChatDirection.Received ? message.Contact?.User : null;

    /// <summary>Answers a message as a program does: no program answers back.</summary>
    internal void Reply(Contact to, string text) => Loop.Post(() =>
    {
        try
        {
            _service.Send(to, text, new ChatSendOptions { Automatic = true }, []);
        }
        catch (NetException e)
        {
            Record(ListenerEventType.Error, to.ChatAddress, error: e);
        }
    });

    private static ChatPeerOptions Check(ChatPeerOptions options)
    {
        foreach ((string what, string name) in new[] { ("user", options.UserName), ("host", options.HostName) })
        {
            if (name.Length == 0 || name.Contains(':') || IpmsgText.CleanName(name) != name)
            {
                throw new NetException(NetError.InvalidArgument, $"'{name}' can't be the name of a {what} in the chat: it must be visible characters, {IpmsgText.LongestName} at most, and no colon.", name);
            }
        }
        return options;
    }

    private static async Task<IPEndPoint[]> ResolveAsync(IReadOnlyList<string> texts, int port, bool hasIPv6, CancellationToken cancellationToken) =>
        await Task.WhenAll(texts.Select(t => ChatAddresses.ResolveAsync(t, port, hasIPv6, cancellationToken))).ConfigureAwait(false);

    private async Task<ChatMessage> SendAsync(Func<Contact?> to, string name, string text, ChatSendOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new ChatSendOptions();
        OfferedFile[] files = options.Path.Count > 0 ? await Task.Run(() => _service.Offers.Prepare(options.Path), cancellationToken).ConfigureAwait(false) : [];
        return await OnLoopAsync(() => _service.Send(to() ?? throw new NetException(NetError.QueueFull, $"No more users can be kept: nothing is sent to {name}.", name), text, options, files)).ConfigureAwait(false);
    }

    private Task<bool> OnLoopAsync(Action work) => OnLoopAsync(() =>
    {
        work();
        return true;
    });

    private async Task<T> OnLoopAsync<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            try
            {
                if (Channel is not null)
                {
                    done.TrySetResult(work());
                }
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        });
        // A loop that has ended runs nothing any more.
        await Task.WhenAny(done.Task, Stopped).ConfigureAwait(false);
        return done.Task.IsCompleted ? await done.Task.ConfigureAwait(false) : throw new NetException(NetError.HandleClosed, $"{base.Name} has stopped.", base.Name);
    }

    private void ShowOwn()
    {
        NickName = _service.Presence.NickName;
        GroupName = _service.Presence.Group;
        Status = _service.Presence.IsAbsent ? ChatUserStatus.Absent : ChatUserStatus.Online;
        AbsenceText = _service.Presence.AbsenceText;
    }

    private void Raise(ChatEvent e)
    {
        foreach (ChatSubscription subscription in Volatile.Read(ref _subscriptions))
        {
            subscription.Add(e);
        }
        try
        {
            switch (e.Type)
            {
                case ChatEventType.MessageReceived:
                    MessageReceived?.Invoke(e.Message!);
                    break;
                case ChatEventType.MessageChanged:
                    MessageChanged?.Invoke(e.Message!);
                    break;
                default:
                    UserChanged?.Invoke(e.User!);
                    break;
            }
        }
        catch (Exception failure)
        {
            Record(ListenerEventType.Error, error: failure);
        }
    }

    private async Task ReleaseAsync()
    {
        await _files.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        if (_service.History is { } history)
        {
            await history.DisposeAsync().ConfigureAwait(false);
        }
        foreach (ChatSubscription subscription in Volatile.Read(ref _subscriptions))
        {
            subscription.Complete();
        }
    }

    private void Change(Func<ChatSubscription[], ChatSubscription[]> change)
    {
        lock (_gate)
        {
            Volatile.Write(ref _subscriptions, change(_subscriptions));
        }
    }

    private sealed class Parts
    {
        public ChatPeer? Peer { get; set; }
    }
}
