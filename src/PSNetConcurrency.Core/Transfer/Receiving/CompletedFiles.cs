using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>
/// The last files that were completed, by their sender's call. A sender whose connection broke before the result reached it sends
/// the file again; it is told that it is there, rather than that a file of that name exists.
/// </summary>
internal sealed class CompletedFiles
{
    private const int Capacity = 8192;

    private readonly object _gate = new();
    private readonly HashSet<Key> _known = [];
    private readonly Queue<Key> _order = new();

    private readonly record struct Key(string Sender, int Item, string Name, long Length, DateTime? Modified);

    public void Add(FileOffer offer)
    {
        lock (_gate)
        {
            Key key = KeyOf(offer);
            if (offer.Sender.Length > 0 && _known.Add(key))
            {
                _order.Enqueue(key);
                if (_order.Count > Capacity)
                {
                    _known.Remove(_order.Dequeue());
                }
            }
        }
    }

    public bool Contains(FileOffer offer)
    {
        lock (_gate)
        {
            return _known.Contains(KeyOf(offer));
        }
    }

    private static Key KeyOf(FileOffer offer) => new(offer.Sender, offer.Item, offer.Name, offer.Length, offer.ModifiedUtc);
}
