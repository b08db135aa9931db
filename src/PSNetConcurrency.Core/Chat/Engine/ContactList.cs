using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>The users a peer knows, a bounded number of them. Changed on the loop only; the list of users may be read from any thread.</summary>
internal sealed class ContactList(int maximum)
{
    private readonly Dictionary<(string Name, string Host), Contact> _byName = new(new NameComparer());
    private readonly Dictionary<IPEndPoint, Contact> _byEndPoint = [];
    private readonly LinkedList<Contact> _seen = new();
    private readonly object _gate = new();

    /// <summary>All of them, those too of whom only an address is known. On the loop only.</summary>
    public IEnumerable<Contact> All => _byName.Values.Concat(_byEndPoint.Values.Where(c => c.IsAddressOnly));

    /// <summary>Users whose packets have come, as they are now. From any thread.</summary>
    public ChatUser[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _byName.Values.Where(c => c.IsSeen).Select(c => c.User)];
        }
    }

    /// <summary>How many users are there now. From any thread.</summary>
    public int CountThere()
    {
        lock (_gate)
        {
            return _byName.Values.Count(c => c.IsSeen && c.Status != ChatUserStatus.Offline);
        }
    }

    public bool TryFind(string name, string host, [NotNullWhen(true)] out Contact? contact) => _byName.TryGetValue((name, host), out contact);

    public bool TryFind(IPEndPoint endPoint, [NotNullWhen(true)] out Contact? contact) => _byEndPoint.TryGetValue(endPoint, out contact);

    /// <summary>The user of that name, made where there is none; null where the list is full of users that are there.</summary>
    public Contact? Get(string name, string host)
    {
        if (TryFind(name, host, out Contact? contact))
        {
            return contact;
        }
        if (_byName.Count >= maximum && !Evict())
        {
            return null;
        }
        contact = new Contact(name, host);
        lock (_gate)
        {
            _byName.Add((name, host), contact);
        }
        _seen.AddLast(contact);
        return contact;
    }

    /// <summary>Somebody at an address, whoever it is.</summary>
    public Contact GetAt(IPEndPoint endPoint)
    {
        if (TryFind(endPoint, out Contact? contact))
        {
            return contact;
        }
        contact = new Contact("", "");
        contact.EndPoints.Add(endPoint);
        _byEndPoint.Add(endPoint, contact);
        return contact;
    }

    /// <summary>A packet of the user came from there. Returns who was only an address until now, whose messages are this user's.</summary>
    public Contact? SeenAt(Contact contact, IPEndPoint endPoint)
    {
        bool moved = contact.SeenAt(endPoint, out IPEndPoint? dropped);
        if (dropped is not null)
        {
            Unmap(dropped, contact);
        }
        if (!moved && contact.IsSeen)
        {
            return null;
        }
        contact.IsSeen = true;
        contact.Changed();
        Contact? before = _byEndPoint.GetValueOrDefault(endPoint);
        _byEndPoint[endPoint] = contact;
        return before is { IsAddressOnly: true } ? before : null;
    }

    /// <summary>Forgets somebody of whom only an address was known, and to whom nothing is under way any more.</summary>
    public void Forget(Contact contact)
    {
        if (contact is { IsAddressOnly: true, Current: null, Queue.Count: 0 })
        {
            contact.EndPoints.ForEach(e => Unmap(e, contact));
        }
    }

    // The one that was made first of those that are gone and that nothing waits for.
    private bool Evict()
    {
        for (LinkedListNode<Contact>? node = _seen.First; node is not null; node = node.Next)
        {
            Contact contact = node.Value;
            if (contact.Status == ChatUserStatus.Offline && contact.Current is null && contact.Queue.Count == 0)
            {
                _seen.Remove(node);
                lock (_gate)
                {
                    _byName.Remove((contact.Name, contact.Host));
                }
                contact.EndPoints.ForEach(e => Unmap(e, contact));
                return true;
            }
        }
        return false;
    }

    private void Unmap(IPEndPoint endPoint, Contact contact)
    {
        if (_byEndPoint.GetValueOrDefault(endPoint) == contact)
        {
            _byEndPoint.Remove(endPoint);
        }
    }

    private sealed class NameComparer : IEqualityComparer<(string Name, string Host)>
    {
        public bool Equals((string Name, string Host) x, (string Name, string Host) y) =>
            StringComparer.OrdinalIgnoreCase.Equals(x.Name, y.Name) && StringComparer.OrdinalIgnoreCase.Equals(x.Host, y.Host);

        public int GetHashCode((string Name, string Host) obj) =>
            HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Name), StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Host));
    }
}
