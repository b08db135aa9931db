using System.Globalization;
using PSNetConcurrency.Core.Chat.History;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>Does what the person enters. What takes time runs beside the screen's loop, and tells its end through it.</summary>
internal sealed class ChatActions(ChatScreen screen, ChatPeer peer, ChatPeople people, ChatNumbers numbers, ChatScreenOptions options)
{
    private const int HistoryUnlessTold = 20;

    private readonly Dictionary<int, (string Name, double Done)> _transfers = [];
    private readonly List<Task> _running = [];
    private CancellationToken _stop;
    private bool _warned;

    // Whom plain lines go to: everybody, a user, or somebody at an address.
    private string? _to;

    public string Prompt => $"{(_to is null ? "everybody" : people.NameOf(_to))}> ";

    /// <summary>The file under way, and how far it is; null for none.</summary>
    public string? Progress => _transfers.Count == 0 ? null : string.Join(", ", _transfers.Values.Take(2).Select(t => string.Create(CultureInfo.CurrentCulture, $"{t.Name} {Math.Floor(100 * t.Done):0} %")));

    public void Begin(CancellationToken stop) => _stop = stop;

    public void Do(string text)
    {
        ChatLine line = ChatLine.Parse(text);
        try
        {
            if (line.Unknown is not null)
            {
                string[] meant = [.. ScreenCommand.Suggest(line.Unknown).Select(c => "/" + c.Name)];
                screen.Problem($"There is no command /{line.Unknown}.{(meant.Length > 0 ? $" Did you mean {string.Join(" or ", meant)}?" : " /help lists them.")} To send it as text, begin with a blank.");
            }
            else if (line.Command is not null)
            {
                Do(line.Command, line.Rest);
            }
            else
            {
                Say(_to, line.Rest, isSealed: false);
            }
        }
        catch (Exception e) when (e is NetException or ArgumentException or NotSupportedException or IOException)
        {
            screen.Problem(e.Message);
        }
    }

    /// <summary>Leaves; where files are under way, only when told twice.</summary>
    public void Quit()
    {
        if (_transfers.Count > 0 && !_warned)
        {
            _warned = true;
            screen.Problem($"{string.Join(", ", _transfers.Values.Select(t => t.Name))} would be given up. /quit again leaves all the same.");
            return;
        }
        screen.Leave();
    }

    /// <summary>Ends when what was entered is in the peer's hands; files under way are not waited for.</summary>
    public Task HandedOverAsync() => _transfers.Count > 0 ? Task.CompletedTask : Task.WhenAll(_running);

    private void Do(ScreenCommand command, string rest)
    {
        switch (command.Verb)
        {
            case ChatVerb.Help:
                screen.Show(screen.View.Help(screen.Columns));
                break;
            case ChatVerb.Users:
                screen.Show(screen.View.Users(screen.Columns));
                break;
            case ChatVerb.Message or ChatVerb.Seal when ChatLine.TakeWord(rest) is { Word.Length: > 0, Tail.Length: > 0 } message:
                Say(Address(message.Word), message.Tail, command.Verb == ChatVerb.Seal);
                break;
            case ChatVerb.To when ChatLine.TakeWord(rest) is { Word.Length: > 0, Tail: "" } to:
                _to = IsEverybody(to.Word) ? null : Address(to.Word);
                screen.Note(_to is null ? "Lines go to everybody who is here." : $"Lines go to {people.NameOf(_to)} only, until /to all.");
                break;
            case ChatVerb.File when ChatLine.TakeWord(rest) is { Word.Length: > 0, Tail.Length: > 0 } file:
                Offer(Address(file.Word), file.Tail);
                break;
            case ChatVerb.Accept:
                Accept(rest);
                break;
            case ChatVerb.Reject:
                Reject(rest);
                break;
            case ChatVerb.Open:
                Open(rest);
                break;
            case ChatVerb.Away:
                Run(() => peer.SetStatusAsync(true, rest), () => screen.Note(rest.Length > 0 ? $"Others see that you are away: {rest}" : "Others see that you are away."));
                break;
            case ChatVerb.Back when rest.Length == 0:
                Run(() => peer.SetStatusAsync(false), () => screen.Note("Others see that you are back."));
                break;
            case ChatVerb.History when rest.Length == 0 || (int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0):
                History(rest.Length == 0 ? HistoryUnlessTold : int.Parse(rest, CultureInfo.InvariantCulture));
                break;
            case ChatVerb.Clear:
                screen.Clear();
                break;
            case ChatVerb.Quit:
                Quit();
                break;
            default:
                screen.Problem($"Usage: {command.Line}");
                break;
        }
    }

    /// <summary>The one meant, as SendAsync takes it.</summary>
    private string Address(string word) => people.Find(word)?.ChatAddress ?? word;

    private static bool IsEverybody(string word) => word.Equals("all", StringComparison.OrdinalIgnoreCase) || word.Equals("everybody", StringComparison.OrdinalIgnoreCase) || word == "*";

    private void Say(string? to, string text, bool isSealed)
    {
        IReadOnlyList<ChatUser> here = people.Here;
        if (to is null && here.Count == 0)
        {
            screen.Problem("Nobody is here, so this was sent to nobody. Up brings it back; /msg <user> keeps it until that user comes.");
            return;
        }
        text = text.Trim('\n');
        if (text.StartsWith(' '))
        {
            // The blank that makes text of what would be a command.
            text = text.TrimStart(' ') is ['/' or '@', ..] unmarked ? unmarked : text;
        }
        var line = new OutgoingLine(to is null ? "everybody" : people.NameOf(to), text, isSealed);
        var sendOptions = new ChatSendOptions { Sealed = isSealed };
        // Handed over here, all of them, so that lines stay in order.
        Task<ChatMessage>[] sending = to is null ? [.. here.Select(u => peer.SendAsync(u, text, sendOptions, _stop))] : [peer.SendAsync(to, text, sendOptions, _stop)];
        NetException? failure = null;
        Run(async () =>
        {
            foreach (Task<ChatMessage> sent in sending)
            {
                try
                {
                    line.Add(await sent.ConfigureAwait(false));
                }
                catch (NetException e)
                {
                    failure = e;
                }
            }
        }, () =>
        {
            if (line.Messages.Count > 0)
            {
                screen.Sent(line);
            }
            if (failure is not null)
            {
                screen.Problem(failure.Message);
            }
        });
    }

    private void Offer(string to, string path)
    {
        string full = ChatPaths.Full(path, options.Folder);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(full));
        var line = new OutgoingLine(people.NameOf(to), $"(offers {name})", isSealed: false);
        Run(async () => line.Add(await peer.SendFileAsync(to, [full], "", _stop).ConfigureAwait(false)), () => screen.Sent(line));
    }

    private void Accept(string rest)
    {
        (string word, string folder) = ChatLine.TakeWord(rest);
        if (Numbered(word, m => m.File.Length > 0, "files on offer", "/accept <number> [folder]", out int number) is not { } message || _transfers.ContainsKey(number))
        {
            return;
        }
        var receive = new ChatReceiveOptions
        {
            Destination = folder.Length > 0 ? ChatPaths.Full(folder, options.Folder) : options.Folder,
            Conflict = FileConflict.Rename,
        };
        string name = TerminalText.CleanLine(message.File.Length == 1 ? message.File[0].Name : $"{message.File.Length} files");
        _transfers[number] = (name, 0);
        Run(async () =>
        {
            foreach (ChatFile file in message.File)
            {
                var progress = new ScreenProgress(done => screen.Post(() => ShowProgress(number, done)));
                FileTransferResult result = await peer.ReceiveFileAsync(file, receive, progress, _stop).ConfigureAwait(false);
                screen.Post(() => screen.Note($"{TerminalText.CleanLine(file.Name)} is here: {result.Path} ({options.FormatBytes(result.Length)})"));
            }
        }, () => numbers.Remove(number), () => _transfers.Remove(number));
    }

    private void Reject(string rest)
    {
        if (Numbered(rest, m => m.File.Length > 0, "files on offer", "/reject <number>", out int number) is { } message)
        {
            numbers.Remove(number);
            Run(() => peer.ReleaseFilesAsync(message), () => screen.Note($"The offer of {people.NameOf(message.From)} is turned down."));
        }
    }

    private void Open(string rest)
    {
        if (Numbered(rest, m => m.Text is null, "sealed messages", "/open <number>", out int number) is { } message)
        {
            Run(() => peer.OpenAsync(message), () => screen.Show(screen.View.Message(message, number, screen.Columns)));
        }
    }

    private ChatMessage? Numbered(string word, Func<ChatMessage, bool> wanted, string what, string usage, out int number)
    {
        if (numbers.Find(word, wanted, out number) is { } message)
        {
            return message;
        }
        string there = string.Join(", ", numbers.Of(wanted).TakeLast(10));
        screen.Problem(there.Length == 0 ? $"There are no {what} now." : $"Usage: {usage}. There are {what} with these numbers: {there}.");
        return null;
    }

    private void History(int count)
    {
        if (peer.HistoryPath is not { } path)
        {
            Show([.. screen.Log.TakeLast(count)]);
            return;
        }
        ChatMessage[] read = [];
        Run(() => Task.Run(() => read = [.. HistoryReader.Read(path).TakeLast(count)], _stop), () => Show(read));

        void Show(ChatMessage[] messages)
        {
            if (messages.Length == 0)
            {
                screen.Note("There are no earlier messages.");
            }
            foreach (ChatMessage message in messages)
            {
                screen.Show(screen.View.Message(message, numbers.Of(m => m == message).FirstOrDefault(), screen.Columns));
            }
        }
    }

    private void ShowProgress(int number, double done)
    {
        if (_transfers.TryGetValue(number, out (string Name, double Done) transfer))
        {
            _transfers[number] = (transfer.Name, done);
        }
    }

    private void Run(Func<Task> work, Action then, Action? always = null)
    {
        _running.RemoveAll(t => t.IsCompleted);
        _running.Add(RunAsync());

        async Task RunAsync()
        {
            Action end = then;
            try
            {
                await work().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                end = static () => { };
            }
            catch (Exception e)
            {
                end = () => screen.Problem(e.Message);
            }
            screen.Post(() =>
            {
                always?.Invoke();
                end();
            });
        }
    }

    /// <summary>Tells how far a file is, a few times a second.</summary>
    private sealed class ScreenProgress(Action<double> show) : IProgress<ChatFileProgress>
    {
        private const int Interval = 250;
        private long _due;

        public void Report(ChatFileProgress value)
        {
            long now = Environment.TickCount64;
            if (now >= _due && value.BytesExpected > 0)
            {
                _due = now + Interval;
                show(Math.Min(1, (double)value.BytesDone / value.BytesExpected));
            }
        }
    }
}
