using System.Globalization;
using System.Net;
using System.Text;
using PSNetConcurrency.Core.Chat.Files;
using PSNetConcurrency.Core.Chat.History;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>The conversation of a chat peer with all others: what each packet means, and what it is answered. On the loop only.</summary>
internal sealed partial class ChatService : DatagramService
{
    // How many messages wait for a handler that is slower than they come; others are kept unanswered.
    private const int MostHandled = 1000;

    private static readonly string Program = $"PSNetConcurrency {typeof(ChatService).Assembly.GetName().Version?.ToString(3)}";

    private readonly ChatPeerOptions _options;
    private readonly IReadOnlyList<IPEndPoint> _broadcasts;
    private readonly IReadOnlyList<IPEndPoint> _seeds;
    private readonly HashSet<IPAddress> _own = [.. ChatAddresses.Own()];
    private readonly AnswerBudget _budget = new();
    private UdpServer _server = null!;
    private DueQueue _due = null!;
    private long _number = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private int _handling;
    private bool _full;

    public ChatService(ChatPeerOptions options, IReadOnlyList<IPEndPoint> broadcasts, IReadOnlyList<IPEndPoint> seeds, ChatFileOffers offers, HistoryWriter? history)
    {
        _options = options;
        _broadcasts = broadcasts;
        _seeds = seeds;
        Offers = offers;
        History = history;
        Contacts = new ContactList(options.MaximumUser);
        Inbox = new BoundedLog<ChatMessage>(options.MaximumInbox, EventLog.CapacityBytes * 4L, static m => 2L * m.HiddenText.Length + 256L * m.File.Length);
    }

    public ContactList Contacts { get; }

    public ChatFileOffers Offers { get; }

    public HistoryWriter? History { get; }

    /// <summary>Received messages that nobody has fetched.</summary>
    public BoundedLog<ChatMessage> Inbox { get; }

    public Outbox Outbox { get; private set; } = null!;

    public Presence Presence { get; private set; } = null!;

    public required Action<ChatEvent> Raise { get; init; }

    public required Func<ChatMessage, Contact, MessageWork> Work { get; init; }

    /// <summary>Stops what is not on the loop.</summary>
    public required Func<Task> Release { get; init; }

    public override bool IsBusy => Outbox.IsBusy;

    public override bool TakesWhileDraining => true;

    public override void OnStarted(UdpServer server)
    {
        _server = server;
        _due = new DueQueue(server.Loop);
        Outbox = new Outbox(_options, _due, Contacts) { Send = Send, Answer = (packet, to) => TryAnswer(packet, to, isReceipt: true), NextNumber = NextNumber, Changed = MessageChanged, Unreachable = Away, Idle = server.ReleaseWhenIdle };
        Presence = new Presence(_options, _due, Contacts, _broadcasts, _seeds) { Send = Send, Encode = (command, flags, text, extra) => Encode(NextNumber(), command, flags, text, extra, _options.Encoding) };
        Presence.Enter();
    }

    public override void OnStopping(UdpServer server)
    {
        Outbox.FailAll("The chat peer stopped before it was confirmed.");
        _due.Clear();
        Presence.Announce(IpmsgCommand.BrExit);
    }

    public override async Task OnStoppedAsync()
    {
        _options.Handler?.Stop();
        Inbox.Complete();
        await Release().ConfigureAwait(false);
    }

    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        IPEndPoint endPoint = from.ToEndPoint();
        if (endPoint.Port == server.Port && IsOwn(endPoint.Address))
        {
            return;
        }
        _budget.Deposit(endPoint, data.Length);
        if (!IpmsgPacket.TryParse(data.ToArray(), out IpmsgPacket? packet))
        {
            server.CountRefused();
            return;
        }
        Presence.Heard(endPoint);
        switch (packet.Command)
        {
            case IpmsgCommand.BrEntry or IpmsgCommand.AnsEntry or IpmsgCommand.BrAbsence:
                OnEntry(packet, endPoint, data.Length);
                break;
            case IpmsgCommand.BrExit:
                if (Known(packet, endPoint) is { } gone)
                {
                    Away(gone);
                }
                break;
            case IpmsgCommand.SendMsg:
                OnMessage(packet, endPoint);
                break;
            case IpmsgCommand.RecvMsg or IpmsgCommand.AnsReadMsg:
                if (IpmsgPacket.TryParseNumber(packet.Text.Span, out long confirmed))
                {
                    Introduce(packet, endPoint);
                    Outbox.Confirm(confirmed, endPoint);
                }
                break;
            case IpmsgCommand.ReadMsg:
                if (packet.Has(IpmsgOptions.ReadCheck))
                {
                    Answer(IpmsgCommand.AnsReadMsg, Digits(packet.Number), endPoint, isReceipt: true);
                }
                if (IpmsgPacket.TryParseNumber(packet.Text.Span, out long opened))
                {
                    Outbox.Opened(opened, endPoint);
                }
                break;
            case IpmsgCommand.ReleaseFiles:
                if (IpmsgPacket.TryParseNumber(packet.Text.Span, out long released))
                {
                    Offers.Release(released, endPoint.Address);
                }
                break;
            case IpmsgCommand.GetInfo:
                Answer(IpmsgCommand.SendInfo, Encoding.ASCII.GetBytes(Program), endPoint);
                break;
            case IpmsgCommand.SendInfo:
                if (Known(packet, endPoint) is { } informed && Text(packet, endPoint) is { Length: > 0 } program)
                {
                    informed.Version = IpmsgText.CleanName(program);
                    UserChanged(informed);
                }
                break;
            case IpmsgCommand.GetAbsenceInfo:
                OnAbsenceAsked(endPoint);
                break;
            case IpmsgCommand.SendAbsenceInfo:
                if (Known(packet, endPoint) is { Status: ChatUserStatus.Absent } absent && Text(packet, endPoint) is { Length: <= 4096 } why)
                {
                    absent.AbsenceText = why;
                    UserChanged(absent);
                }
                break;
        }
    }

    /// <summary>A packet of this peer.</summary>
    public byte[] Encode(long number, IpmsgCommand command, IpmsgOptions options, byte[] text, byte[] extra, Encoding encoding) => new IpmsgPacket
    {
        Number = number,
        User = encoding.GetBytes(_options.UserName),
        Host = encoding.GetBytes(_options.HostName),
        Command = command,
        Options = options,
        Text = text,
        Extra = extra,
    }.Encode();

    public long NextNumber() => ++_number;

    /// <summary>A message was handled.</summary>
    public void Handled() => Interlocked.Decrement(ref _handling);

    /// <summary>Calls everybody; who was there and does not answer is away.</summary>
    public void Refresh(Action done)
    {
        long begun = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Contact[] there = [.. Contacts.All.Where(c => c.Status != ChatUserStatus.Offline)];
        Presence.Announce(IpmsgCommand.BrEntry);
        // As long as a message has for its second attempt.
        _due.Add(3 * _options.RetryInterval, () =>
        {
            foreach (Contact silent in there.Where(c => c.LastSeen.ToUnixTimeMilliseconds() < begun))
            {
                Away(silent);
            }
            done();
        });
    }

    private void OnEntry(IpmsgPacket packet, IPEndPoint from, int length)
    {
        IpmsgEntry entry = IpmsgEntry.Read(packet, EncodingOf(from));
        if (Meet(entry.User, entry.Host, from) is not { } contact)
        {
            return;
        }
        (ChatUserStatus before, ChatUser known) = (contact.Status, contact.User);
        contact.NickName = entry.NickName.Length > 0 ? entry.NickName : entry.User;
        contact.Group = entry.Group;
        contact.SupportsUtf8 = entry.SupportsUtf8;
        contact.Encoding = entry.Encoding;
        contact.Version = packet.Version;
        contact.Status = packet.Has(IpmsgOptions.Absence) ? ChatUserStatus.Absent : ChatUserStatus.Online;
        if (contact.Status != ChatUserStatus.Absent)
        {
            contact.AbsenceText = null;
        }
        if (packet.Command == IpmsgCommand.BrEntry)
        {
            contact.Received.AddEntry(packet.Number, Environment.TickCount64);
            // In full where that is no more than what may be answered; else without what only newer programs read.
            byte[] answer = Presence.Entry(IpmsgCommand.AnsEntry, brief: false);
            if (!TryAnswer(answer, from) && length * AnswerBudget.Factor < answer.Length)
            {
                TryAnswer(Presence.Entry(IpmsgCommand.AnsEntry, brief: true), from);
            }
        }
        contact.Changed();
        if (before == ChatUserStatus.Offline || known with { LastSeen = default, Address = [] } != contact.User with { LastSeen = default, Address = [] })
        {
            UserChanged(contact);
        }
        if (before == ChatUserStatus.Offline)
        {
            Outbox.Appeared(contact);
        }
        // iptux says absent always, and has nothing to say about it.
        if (contact is { Status: ChatUserStatus.Absent, AbsenceText: null } && (before != ChatUserStatus.Absent || packet.Command == IpmsgCommand.BrAbsence) && !packet.Version.StartsWith("iptux", StringComparison.Ordinal))
        {
            Answer(IpmsgCommand.GetAbsenceInfo, [], from);
        }
    }

    private void OnMessage(IpmsgPacket packet, IPEndPoint from)
    {
        if (packet.Has(IpmsgOptions.Encrypt))
        {
            // No receipt: its sender sees that it did not arrive.
            _server.Record(ListenerEventType.Error, from.ToString(), error: new NetException(NetError.NotSupportedHere, $"{from} sent an encrypted message, though this peer does not say that it can read one.", from.ToString()));
            return;
        }
        if (Introduce(packet, from) is not { } contact)
        {
            return;
        }
        if (packet.Has(IpmsgOptions.SendCheck) && !packet.Has(IpmsgOptions.NoReply))
        {
            Answer(IpmsgCommand.RecvMsg, Digits(packet.Number), from, isReceipt: true);
        }
        if (!contact.Received.Add(packet.Number, Environment.TickCount64))
        {
            return;
        }
        ChatMessage message = new(ChatMessage.NewId(), ChatDirection.Received, contact.ChatAddress, $"{_options.UserName}@{_options.HostName}", IpmsgText.CleanText(Text(packet, from)), packet.Has(IpmsgOptions.Secret))
        {
            PacketNumber = packet.Number,
            Contact = contact,
            WantsReadCheck = packet.Has(IpmsgOptions.ReadCheck),
            IsAutomatic = packet.Has(IpmsgOptions.AutoRet),
        };
        if (packet.Has(IpmsgOptions.FileAttach))
        {
            message.File = ChatFileOffers.Received(packet, message, bytes => IpmsgText.Decode(bytes, packet.Has(IpmsgOptions.Utf8), EncodingOf(from)));
        }
        message.Advance(ChatMessageState.Delivered);
        Inbox.Add(message);
        _server.Record(ListenerEventType.Message, contact.ChatAddress, packet.Text.Length, message);
        History?.Add(message);
        Raise(new ChatEvent(ChatEventType.MessageReceived, message, contact.User));
        if (_options.Handler is { } handler && !message.IsAutomatic)
        {
            if (Interlocked.Increment(ref _handling) > MostHandled)
            {
                Interlocked.Decrement(ref _handling);
                _server.CountRefused();
                return;
            }
            // Whoever answers has read it.
            Open(message);
            handler.Handle(Work(message, contact));
        }
    }

    private void OnAbsenceAsked(IPEndPoint from)
    {
        // The words for a peer that is not absent are the protocol's.
        bool utf8 = Contacts.TryFind(from, out Contact? contact) && contact.SupportsUtf8;
        string text = Presence.IsAbsent ? Presence.AbsenceText : "Not absence mode";
        TryAnswer(Encode(NextNumber(), IpmsgCommand.SendAbsenceInfo, utf8 ? IpmsgOptions.Utf8 : 0, (utf8 ? IpmsgText.Utf8 : EncodingOf(from)).GetBytes(text), [], utf8 ? IpmsgText.Utf8 : _options.Encoding), from);
    }

    // The user of the packet, who need not have entered; asked for names then.
    private Contact? Introduce(IpmsgPacket packet, IPEndPoint from)
    {
        if (Meet(Name(packet.User, packet, from), Name(packet.Host, packet, from), from) is not { } contact)
        {
            return null;
        }
        if (contact.Status == ChatUserStatus.Offline && !packet.Has(IpmsgOptions.NoAddList))
        {
            contact.Status = ChatUserStatus.Online;
            contact.Version = contact.Version.Length > 0 ? contact.Version : packet.Version;
            contact.SupportsUtf8 |= packet.Has(IpmsgOptions.Utf8);
            UserChanged(contact);
            TryAnswer(Presence.Entry(IpmsgCommand.BrEntry, brief: false), from);
            Outbox.Appeared(contact);
        }
        return contact;
    }

    private Contact? Meet(string user, string host, IPEndPoint from)
    {
        if (user.Length == 0)
        {
            _server.CountRefused();
            return null;
        }
        if (Contacts.Get(user, host.Length > 0 ? host : from.Address.ToString()) is not { } contact)
        {
            _server.CountRefused();
            if (!_full)
            {
                // Once: whoever fills the list would fill the events too.
                _full = true;
                _server.Record(ListenerEventType.Refused, from.ToString(), message: $"There are {_options.MaximumUser} users, and all of them are there: no others are taken.");
            }
            return null;
        }
        if (Contacts.SeenAt(contact, from) is { } unknown)
        {
            Outbox.Adopt(unknown, contact);
        }
        return contact;
    }

    private Contact? Known(IpmsgPacket packet, IPEndPoint from) =>
        Contacts.TryFind(Name(packet.User, packet, from), Name(packet.Host, packet, from), out Contact? contact) && contact.IsAt(from.Address) ? contact : null;

    private void Away(Contact contact)
    {
        if (contact.Status != ChatUserStatus.Offline)
        {
            contact.Status = ChatUserStatus.Offline;
            UserChanged(contact);
        }
    }

    private void UserChanged(Contact contact)
    {
        contact.Changed();
        if (contact.IsSeen)
        {
            Raise(new ChatEvent(ChatEventType.UserChanged, null, contact.User));
        }
    }

    private void MessageChanged(ChatMessage message)
    {
        History?.Update(message);
        Raise(new ChatEvent(ChatEventType.MessageChanged, message, null));
    }

    private void Answer(IpmsgCommand command, byte[] text, IPEndPoint to, bool isReceipt = false) =>
        TryAnswer(Encode(NextNumber(), command, 0, text, [], _options.Encoding), to, isReceipt);

    private bool TryAnswer(byte[] packet, IPEndPoint to, bool isReceipt = false)
    {
        if (!_budget.TryTake(to, packet.Length, Environment.TickCount64, isReceipt))
        {
            return false;
        }
        Send(packet, to);
        return true;
    }

    private void Send(byte[] packet, IPEndPoint to) => _server.Send(packet, to);

    private string Text(IpmsgPacket packet, IPEndPoint from) => IpmsgText.CleanText(IpmsgText.Decode(packet.Text.Span, packet.Has(IpmsgOptions.Utf8), EncodingOf(from)));

    private string Name(ReadOnlyMemory<byte> bytes, IpmsgPacket packet, IPEndPoint from) => IpmsgText.CleanName(IpmsgText.Decode(bytes.Span, packet.Has(IpmsgOptions.Utf8), EncodingOf(from)));

    private Encoding EncodingOf(IPEndPoint from) => Contacts.TryFind(from, out Contact? contact) && contact.Encoding is { } named ? named : _options.Encoding;

    private bool IsOwn(IPAddress address) => address.Equals(_server.LocalEndPoint.Address) || ((_server.LocalEndPoint.Address.Equals(IPAddress.Any) || _server.LocalEndPoint.Address.Equals(IPAddress.IPv6Any)) && _own.Contains(address));

    private static byte[] Digits(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
