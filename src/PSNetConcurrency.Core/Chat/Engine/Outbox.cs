using System.Net;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>
/// Messages from being written to their receipt: kept while their receiver is away, sent one at a time to each, repeated with
/// growing pauses, given up after so many. On the loop only.
/// </summary>
internal sealed class Outbox(ChatPeerOptions options, DueQueue due, ContactList contacts)
{
    // A sealed message may be opened days later.
    private const int MostSealed = 10_000;

    private readonly Dictionary<long, Outgoing> _pending = [];
    private readonly Dictionary<long, Outgoing> _sealed = [];
    private readonly Queue<long> _sealedOrder = new();
    private int _queued;

    public required Action<byte[], IPEndPoint> Send { get; init; }

    /// <summary>Sends what <see cref="Outgoing.IsAnswer"/>, or leaves it out: then it is as if it had been lost.</summary>
    public required Action<byte[], IPEndPoint> Answer { get; init; }

    public required Func<long> NextNumber { get; init; }

    /// <summary>A message's state has moved on.</summary>
    public required Action<ChatMessage> Changed { get; init; }

    /// <summary>A user has not answered any attempt.</summary>
    public required Action<Contact> Unreachable { get; init; }

    /// <summary>The last receipt that was waited for has come, or is waited for no more.</summary>
    public required Action Idle { get; init; }

    /// <summary>Whether receipts are waited for that may come.</summary>
    public bool IsBusy => _pending.Values.Any(o => o.To.IsReachable);

    /// <summary>Whether there is room for another message.</summary>
    public bool HasRoom => _queued < options.MaximumQueued;

    /// <summary>Takes a message to be sent as soon as its receiver is there and what was written before has arrived.</summary>
    public void Add(Outgoing outgoing)
    {
        _queued++;
        outgoing.To.Queue.AddLast(outgoing);
        Pump(outgoing.To);
    }

    /// <summary>Sends something that is confirmed, beside the messages.</summary>
    public void SendBeside(Outgoing outgoing)
    {
        outgoing.Prepare(NextNumber());
        _pending[outgoing.Number] = outgoing;
        Transmit(outgoing);
    }

    /// <summary>A user is there, or there again.</summary>
    public void Appeared(Contact contact)
    {
        if (contact.Current is { IsParked: true } current)
        {
            current.Attempt = 0;
            Transmit(current);
        }
        Pump(contact);
    }

    /// <summary>Somebody of whom only an address was known turned out to be a user.</summary>
    public void Adopt(Contact unknown, Contact contact)
    {
        foreach (Outgoing outgoing in unknown.Queue.Concat(unknown.Current is { } current ? [current] : []))
        {
            outgoing.To = contact;
            if (outgoing.Message is { } message)
            {
                message.To = contact.ChatAddress;
            }
        }
        // What is under way there is not this user's current one: that has its own turn.
        while (unknown.Queue.First is { } first)
        {
            unknown.Queue.RemoveFirst();
            contact.Queue.AddLast(first.Value);
        }
        if (unknown.Current is { } sent)
        {
            unknown.Current = null;
            contact.Current ??= sent;
        }
        Pump(contact);
    }

    /// <summary>A receipt has come.</summary>
    public void Confirm(long number, IPEndPoint from)
    {
        if (_pending.TryGetValue(number, out Outgoing? outgoing) && outgoing.To.IsAt(from.Address))
        {
            Finish(outgoing, ChatMessageState.Delivered, null);
            Pump(outgoing.To);
        }
    }

    /// <summary>A sealed message was opened; false where there is none of that number.</summary>
    public bool Opened(long number, IPEndPoint from)
    {
        if (!_sealed.TryGetValue(number, out Outgoing? outgoing) || !outgoing.To.IsAt(from.Address))
        {
            return false;
        }
        _sealed.Remove(number);
        // Who has opened it has it, also where the receipt was lost.
        Finish(outgoing, ChatMessageState.Read, null);
        Pump(outgoing.To);
        return true;
    }

    /// <summary>Gives all up.</summary>
    public void FailAll(string reason)
    {
        foreach (Outgoing outgoing in contacts.All.SelectMany(c => c.Queue).Concat(_pending.Values).ToArray())
        {
            Finish(outgoing, ChatMessageState.Failed, reason);
        }
        _pending.Clear();
    }

    private void Pump(Contact contact)
    {
        while (contact.Current is null && contact.IsReachable && contact.Queue.First is { Value: { } next } node)
        {
            contact.Queue.Remove(node);
            if (next.IsDone)
            {
                continue;
            }
            next.Prepare(NextNumber());
            if (next.Message is { } message)
            {
                message.PacketNumber = next.Number;
                if (message.Sealed)
                {
                    Remember(next);
                }
            }
            if (next.IsConfirmed)
            {
                contact.Current = next;
                _pending[next.Number] = next;
                Transmit(next);
            }
            else
            {
                Transmit(next);
                _queued--;
                next.IsDone = true;
            }
        }
        contacts.Forget(contact);
    }

    private void Transmit(Outgoing outgoing)
    {
        Contact to = outgoing.To;
        outgoing.IsParked = false;
        outgoing.Attempt++;
        // Each of a user's addresses in turn: one may have become unreachable.
        (outgoing.IsAnswer ? Answer : Send)(outgoing.Bytes!, to.EndPoints[(outgoing.Attempt - 1) % to.EndPoints.Count]);
        if (outgoing.Message is { } message)
        {
            message.Attempt++;
            if (message.Advance(ChatMessageState.Sent))
            {
                Changed(message);
            }
        }
        if (outgoing.IsConfirmed)
        {
            int attempt = outgoing.Attempt;
            due.Add(options.RetryInterval * Math.Pow(2, attempt - 1), () => Due(outgoing, attempt));
        }
    }

    private void Due(Outgoing outgoing, int attempt)
    {
        if (outgoing.IsDone || outgoing.Attempt != attempt)
        {
            return;
        }
        if (!outgoing.To.IsReachable)
        {
            outgoing.IsParked = true;
            return;
        }
        if (attempt < options.MaximumAttempt)
        {
            Transmit(outgoing);
            return;
        }
        Contact to = outgoing.To;
        Finish(outgoing, ChatMessageState.Failed, $"{to.ChatAddress} did not confirm it, though it was sent {attempt} times.");
        if (to.IsAddressOnly)
        {
            Pump(to);
        }
        else
        {
            Unreachable(to);
        }
    }

    private void Finish(Outgoing outgoing, ChatMessageState state, string? error)
    {
        _pending.Remove(outgoing.Number);
        if (!outgoing.IsDone)
        {
            outgoing.IsDone = true;
            _queued -= outgoing.Message is null ? 0 : 1;
        }
        if (outgoing.To.Current == outgoing)
        {
            outgoing.To.Current = null;
        }
        if (outgoing.Message is { } message && message.Advance(state, error))
        {
            Changed(message);
        }
        if (_pending.Count == 0)
        {
            Idle();
        }
    }

    private void Remember(Outgoing outgoing)
    {
        while (_sealedOrder.Count >= MostSealed)
        {
            _sealed.Remove(_sealedOrder.Dequeue());
        }
        _sealed[outgoing.Number] = outgoing;
        _sealedOrder.Enqueue(outgoing.Number);
    }
}
