using System.Threading.Channels;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>
/// A chat in a terminal: the conversation scrolls above, a line about who is here and the line being typed stay below. One
/// loop takes keys, events of the peer and the results of what runs beside it, one after the other, and draws once for all
/// that had come.
/// </summary>
internal sealed class ChatScreen
{
    private const int MostKept = 100_000, MostRemembered = 1000, MostAtOnce = 500, PendingRows = 4;

    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(1);

    private readonly ITerminal _terminal;
    private readonly ChatPeer _peer;
    private readonly ChatScreenOptions _options;
    private readonly ChatPeople _people;
    private readonly ChatNumbers _numbers = new();
    private readonly ChatStyle _style;
    private readonly ChatView _view;
    private readonly ChatActions _actions;
    private readonly PromptEditor _editor;
    private readonly KeyReader _keys;
    private readonly LiveRegion _region;
    private readonly Channel<Action> _posted = Channel.CreateUnbounded<Action>();
    private readonly List<string> _rows = [];
    private readonly List<OutgoingLine> _outgoing = [];
    private readonly Queue<ChatMessage> _log = new();
    private readonly Queue<ChatMessage> _kept = new();
    private readonly bool _color;
    private bool _leaving;

    public ChatScreen(ITerminal terminal, ChatPeer peer, ChatScreenOptions options)
    {
        _terminal = terminal;
        _peer = peer;
        _options = options;
        _people = new ChatPeople(peer);
        _color = terminal.HasColor && options.Color;
        _style = new ChatStyle(_color, terminal.HasUnicode);
        _view = new ChatView(_style, _people, options.FormatBytes);
        _actions = new ChatActions(this, peer, _people, _numbers, options);
        _editor = new PromptEditor(new ChatCompleter(_people, _numbers, options.Folder).Complete);
        _keys = new KeyReader(terminal);
        _region = new LiveRegion(terminal, _color);
    }

    public ChatView View => _view;

    public int Columns => _region.Width;

    /// <summary>The messages of this session that are remembered, in order.</summary>
    public IReadOnlyCollection<ChatMessage> Log => _log;

    /// <summary>Runs until the person leaves.</summary>
    /// <returns>The messages of the session, where they are wanted: the latest, if they are very many.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<IReadOnlyList<ChatMessage>> RunAsync(CancellationToken cancellationToken)
    {
        using ChatSubscription events = _peer.Subscribe();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _actions.Begin(ended.Token);
        Action resized = () => Post(static () => { });
        Action resumed = () => Post(Resume);
        _terminal.Resized += resized;
        _terminal.Resumed += resumed;
        List<string> last = [];
        try
        {
            _people.Refresh();
            _terminal.Write(KeyReader.EnablePaste);
            Greet();
            await LoopAsync(events.Reader, ended.Token).ConfigureAwait(false);
            last.AddRange(await LeaveAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _terminal.Resized -= resized;
            _terminal.Resumed -= resumed;
            await ended.CancelAsync().ConfigureAwait(false);
            _region.Close([.. _rows, .. last]);
            _terminal.Write(KeyReader.DisablePaste);
        }
        return [.. _kept];
    }

    /// <summary>Has something done by the loop; from any thread.</summary>
    public void Post(Action action) => _posted.Writer.TryWrite(action);

    /// <summary>Puts rows above.</summary>
    public void Show(IEnumerable<string> rows) => _rows.AddRange(rows);

    public void Note(string text) => Show(_view.Note(text, Columns));

    public void Problem(string text) => Show(_view.Problem(text, Columns));

    /// <summary>What stands above goes into the scrollback.</summary>
    public void Clear()
    {
        Draw();
        _region.ScrollAway();
    }

    public void Leave() => _leaving = true;

    /// <summary>Takes a line that was sent: it is shown at the bottom, and above once it has arrived.</summary>
    public void Sent(OutgoingLine line)
    {
        foreach (ChatMessage message in line.Messages)
        {
            Remember(message);
        }
        _outgoing.Add(line);
        Settle();
        if (!line.IsWritten)
        {
            _ = LaterAsync();
        }

        async Task LaterAsync()
        {
            await Task.Delay(_options.Patience).ConfigureAwait(false);
            Post(() => Write(line));
        }
    }

    private async Task LoopAsync(ChannelReader<ChatEvent> events, CancellationToken cancellationToken)
    {
        Task<bool>? key = null;
        Task<bool>? happened = null;
        Task<bool>? posted = null;
        Draw();
        while (!_leaving)
        {
            key ??= _terminal.WaitForKeyAsync(cancellationToken);
            happened ??= events.WaitToReadAsync(cancellationToken).AsTask();
            posted ??= _posted.Reader.WaitToReadAsync(cancellationToken).AsTask();
            await Task.WhenAny(key, happened, posted).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (posted.IsCompleted)
            {
                posted = null;
                TakePosted();
            }
            if (happened.IsCompleted && !await happened.ConfigureAwait(false))
            {
                Problem($"{_peer.Name} has stopped.");
                return;
            }
            if (happened.IsCompleted)
            {
                happened = null;
                TakeEvents(events);
            }
            if (key.IsCompleted && !await key.ConfigureAwait(false))
            {
                return;
            }
            if (key.IsCompleted)
            {
                key = null;
                TakeKeys();
            }
            Draw();
        }
    }

    private void TakePosted()
    {
        for (int i = 0; i < MostAtOnce && _posted.Reader.TryRead(out Action? action); i++)
        {
            action();
        }
    }

    private void TakeEvents(ChannelReader<ChatEvent> events)
    {
        var presence = new List<(ChatUser?, ChatUser)>();
        for (int i = 0; i < MostAtOnce && events.TryRead(out ChatEvent? e); i++)
        {
            switch (e.Type)
            {
                case ChatEventType.MessageReceived:
                    ShowPresence();
                    Receive(e.Message!);
                    break;
                case ChatEventType.UserChanged:
                    presence.Add((_people.Update(e.User!), e.User!));
                    break;
            }
        }
        ShowPresence();
        Settle();

        void ShowPresence()
        {
            Show(_view.Presence(presence, Columns));
            presence.Clear();
        }
    }

    /// <summary>Takes the keys that are there, but none behind the one that leaves: they are the shell's.</summary>
    private void TakeKeys()
    {
        for (int i = 0; i < MostAtOnce && !_leaving && _keys.TryRead(out ConsoleKeyInfo key, out string? paste); i++)
        {
            if (paste is not null)
            {
                _editor.Paste(paste);
                continue;
            }
            switch (_editor.Apply(key, out string line))
            {
                case EditOutcome.Line when !string.IsNullOrWhiteSpace(line):
                    _actions.Do(line);
                    break;
                case EditOutcome.EndOfInput:
                    _actions.Quit();
                    break;
                case EditOutcome.Refresh:
                    Clear();
                    break;
            }
        }
    }

    private void Greet()
    {
        IReadOnlyList<ChatUser> here = _people.Here;
        string who = here.Count switch
        {
            0 => "Nobody else is here yet",
            1 => $"{_people.NameOf(here[0])} is here",
            _ => $"{here.Count} people are here: {string.Join(", ", here.Take(10).Select(_view.Short))}{(here.Count > 10 ? $" and {here.Count - 10} more" : "")}",
        };
        Note($"You are {_peer.ChatAddress}. {who}. /help tells the commands, /quit leaves.");
        if (_options.PeerEnds && System.Net.IPAddress.IsLoopback(_peer.LocalEndPoint.Address))
        {
            Note("Only this machine reaches you; with -AnyAddress you join the chat of the network.");
        }
        ChatMessage[] earlier = [.. _peer.Inbox.Snapshot().TakeLast(20)];
        foreach (ChatMessage message in earlier)
        {
            Receive(message);
        }
    }

    private void Receive(ChatMessage message)
    {
        Remember(message);
        int number = message.Text is null || message.File.Length > 0 ? _numbers.Add(message) : 0;
        Show(_view.Message(message, number, Columns));
        if (message.File.Length > 0)
        {
            Show(_view.Offer(message, number, Columns));
        }
    }

    private void Remember(ChatMessage message)
    {
        Keep(_log, message, MostRemembered);
        if (_options.KeepMessages)
        {
            Keep(_kept, message, MostKept);
        }
    }

    private static void Keep(Queue<ChatMessage> queue, ChatMessage message, int most)
    {
        if (queue.Count == most)
        {
            queue.Dequeue();
        }
        queue.Enqueue(message);
    }

    /// <summary>Looks how far what was sent has come: writes what has arrived, tells what came later, forgets what is over.</summary>
    private void Settle()
    {
        foreach (OutgoingLine line in _outgoing)
        {
            if (line.IsWritten)
            {
                Show(_view.News(line, Columns));
            }
            else if (line.HasArrived)
            {
                Write(line);
            }
        }
        _outgoing.RemoveAll(l => l.IsOver);
    }

    private void Write(OutgoingLine line)
    {
        if (!line.IsWritten)
        {
            line.Written();
            Show(_view.Outgoing(line, Columns));
        }
    }

    /// <summary>What is left to be said at the end.</summary>
    private async Task<IReadOnlyList<string>> LeaveAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = Deadline.Start(LeaveLimit, cancellationToken);
        try
        {
            await _actions.HandedOverAsync().WaitAsync(limit.Token).ConfigureAwait(false);
            TakePosted();
            foreach (ChatMessage message in _outgoing.Where(_ => _options.PeerEnds).SelectMany(l => l.Messages).Where(m => m.State == ChatMessageState.Sent))
            {
                await message.WaitAsync(ChatMessageState.Delivered, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What has not arrived is told below.
        }
        TakePosted();
        Settle();
        foreach (OutgoingLine line in _outgoing)
        {
            Write(line);
        }
        int open = _options.PeerEnds ? _outgoing.SelectMany(l => l.Messages).Count(m => m.State is ChatMessageState.Queued or ChatMessageState.Sent) : 0;
        return open == 0 ? [] : [.. _view.Problem($"{open} {(open == 1 ? "message has" : "messages have")} not arrived, and will not: Start-ChatPeer keeps a peer that goes on after the screen.", Columns)];
    }

    private void Resume()
    {
        _region.Forget();
        _terminal.Write(KeyReader.EnablePaste);
    }

    private void Draw()
    {
        int columns = Columns;
        string[] pending = [.. _outgoing.Where(l => !l.IsWritten).TakeLast(PendingRows).SelectMany(l => _view.Outgoing(l, columns)).TakeLast(PendingRows)];
        _region.Draw(new RegionContent(pending, Status(), _actions.Prompt, _editor.Text, _editor.Cursor), _rows);
        _rows.Clear();
    }

    private string Status()
    {
        if (_editor.Candidates.Count > 1)
        {
            return " " + TerminalText.CleanLine(string.Join("  ", _editor.Candidates.Select(c => c.Trim())));
        }
        IReadOnlyList<ChatUser> here = _people.Here;
        string me = TerminalText.CleanLine(_peer.NickName.Length > 0 ? _peer.NickName : _peer.UserName) + (_peer.Status == ChatUserStatus.Absent ? " (away)" : "");
        string end = _actions.Progress is { } progress ? $"{_style.Separator}{progress} " : $"{_style.Separator}/help ";
        string begin = $"{(_color ? "" : "--")} {me}{_style.Separator}{here.Count} here";
        int room = Columns - CellWidth.Of(begin) - CellWidth.Of(end) - 2;
        string names = "";
        for (int i = 0; i < here.Count; i++)
        {
            string more = i + 1 < here.Count ? $" +{here.Count - i - 1}" : "";
            string next = names + (i == 0 ? "" : ", ") + _view.Short(here[i]);
            if (CellWidth.Of(next) + more.Length > room)
            {
                names += i == 0 ? "" : $" +{here.Count - i}";
                break;
            }
            names = next;
        }
        return begin + (names.Length > 0 ? $": {names}" : "") + end;
    }
}
