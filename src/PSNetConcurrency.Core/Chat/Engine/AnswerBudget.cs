using System.Net;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>
/// What may be answered to an address: a small multiple of the bytes that came from it, and so many answers a second. Whoever
/// writes a false sender on packets can't have this peer send the other more than that.
/// </summary>
internal sealed class AnswerBudget
{
    /// <summary>Bytes out for each byte in.</summary>
    public const int Factor = 3;

    private const int FirstCredit = 512, MostCredit = 256 * 1024, MostAddresses = 8192, AnswersPerSecond = 100;

    private readonly Dictionary<IPEndPoint, Account> _accounts = [];

    /// <summary>Bytes have come.</summary>
    public void Deposit(IPEndPoint from, int bytes)
    {
        Account account = Of(from);
        account.Credit = Math.Min(MostCredit, account.Credit + (Factor * bytes));
    }

    /// <summary>Whether so many bytes may be answered; if so they are taken off.</summary>
    /// <param name="to">The address.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="now">The time, in milliseconds.</param>
    /// <param name="isReceipt">A receipt is no longer than what it confirms, and senders that wait for it come back: only the bytes count.</param>
    public bool TryTake(IPEndPoint to, int bytes, long now, bool isReceipt)
    {
        Account account = Of(to);
        if (account.Credit < bytes)
        {
            return false;
        }
        if (!isReceipt)
        {
            if (now - account.Second >= 1000)
            {
                account.Second = now;
                account.Answers = 0;
            }
            if (account.Answers >= AnswersPerSecond)
            {
                return false;
            }
            account.Answers++;
        }
        account.Credit -= bytes;
        return true;
    }

    private Account Of(IPEndPoint endPoint)
    {
        // An account an address. On this machine, where nobody can write another's address, an account a port: many peers share the address.
        IPEndPoint key = IPAddress.IsLoopback(endPoint.Address) ? endPoint : new IPEndPoint(endPoint.Address, 0);
        if (_accounts.TryGetValue(key, out Account? account))
        {
            return account;
        }
        if (_accounts.Count >= MostAddresses)
        {
            _accounts.Clear();
        }
        account = new Account { Credit = FirstCredit };
        _accounts.Add(key, account);
        return account;
    }

    private sealed class Account
    {
        public int Credit { get; set; }

        public long Second { get; set; }

        public int Answers { get; set; }
    }
}
