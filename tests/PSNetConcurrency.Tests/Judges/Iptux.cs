using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>
/// The real iptux, on a screen (Xvfb) and with a home folder of its own, driven by its keys. It knows one peer: whom it greets at its start, and who must listen
/// at UDP and TCP port 2425 of an address of loopback, as iptux does at its own.
/// </summary>
internal sealed class Iptux : IDisposable
{
    public const string NickName = "Tux Judge";
    public const string Group = "Judges";
    public const int Port = 2425;

    /// <summary>What a test with iptux needs.</summary>
    public const string Program = "iptux", Screen = "Xvfb", Keyboard = "xdotool";

    private const string MainWindow = "^Iptux";
    private const string FileChooser = "^Choose enclosure";
    private const string SaveChooser = "^Please select a folder";

    private readonly string _home = Directory.CreateTempSubdirectory("psnc-iptux-").FullName;
    private readonly JudgeProcess _history;
    private readonly JudgeProcess _screen;
    private readonly Dictionary<string, string> _environment;
    private readonly JudgeProcess _iptux;
    private readonly string _chatWindow;

    /// <summary>An address of this process alone: every program here has the same port.</summary>
    public static IPAddress Loopback(byte host) => new([127, (byte)(64 + (Environment.ProcessId >> 8 & 63)), (byte)Environment.ProcessId, host]);

    public Iptux(IPAddress address, IPAddress peer)
    {
        Address = address;
        _chatWindow = $"^Talk with .* IP:{Regex.Escape(peer.ToString())}$";
        try
        {
            Directory.CreateDirectory(Inbox);
            // It opens its history here before it makes the folder.
            string history = Directory.CreateDirectory(Path.Combine(_home, ".config/iptux/log")).FullName + "/communicate.log";
            _history = JudgeProcess.Start("tail", "-n", "+1", "-F", history);
            string config = Path.Combine(_home, "config.json");
            File.WriteAllText(config, Configuration(peer));
            _screen = JudgeProcess.Start(Screen, "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp", "-terminate");
            _environment = new Dictionary<string, string>
            {
                ["DISPLAY"] = $":{_screen.Output.WaitFor(@"^(\d+)\n").Groups[1].Value}",
                ["HOME"] = _home,
                ["TMPDIR"] = _home,
                ["XDG_CONFIG_HOME"] = Path.Combine(_home, ".config"),
                ["XDG_CACHE_HOME"] = Path.Combine(_home, ".cache"),
                ["XDG_DATA_HOME"] = Path.Combine(_home, ".local/share"),
                ["LC_ALL"] = "C.UTF-8",
                ["GDK_BACKEND"] = "x11",
                // Takes code points by Ctrl+Shift+U.
                ["GTK_IM_MODULE"] = "gtk-im-context-simple",
                // It needs no bus, and asks none of a user who has one.
                ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:",
                ["NO_AT_BRIDGE"] = "1",
                ["GSETTINGS_BACKEND"] = "memory",
            };
            _iptux = JudgeProcess.StartWith(_environment, Program, "--config", config, "--bind", address.ToString(), "--log", "DEBUG");
            WaitForLog($"bind UDP port\\({Regex.Escape(address.ToString())}:{Port}\\) success");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IPAddress Address { get; }

    /// <summary>Where the files go that it receives.</summary>
    public string Inbox => Path.Combine(_home, "inbox");

    /// <summary>Waits for a line of its log, which tells each datagram that it sends or receives.</summary>
    public void WaitForLog(string pattern) => _iptux.Error.WaitFor(pattern);

    /// <summary>Waits until a text is in its history of what was said.</summary>
    public void WaitForHistory(string text) => _history.Output.WaitUntil(() => _history.Output.Text.Contains(text, StringComparison.Ordinal), $"'{text}' in its history");

    /// <summary>Says a text to the peer.</summary>
    public void SendMessage(string text)
    {
        OpenChat();
        Press(_chatWindow, [.. Typing(text), "key", "Return"]);
    }

    /// <summary>Offers a file to the peer.</summary>
    public void OfferFile(string path) => Offer(path, "ctrl+s");

    /// <summary>Offers a folder to the peer. It must not have just one folder in it, which the chooser would complete the path to.</summary>
    public void OfferFolder(string path) => Offer(path, "ctrl+d");

    /// <summary>Accepts all that the peer has offered: it is fetched to the inbox.</summary>
    public void AcceptFiles()
    {
        OpenChat();
        // From the text: Close, Dirs, Files, Detail, what is to be sent, what was received, Accept.
        Press(_chatWindow, "key", "ctrl+Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "space");
        Press(SaveChooser, "key", "alt+s");
        WaitUntilGone(SaveChooser);
        // The next window has its keys in the text again.
        Press(_chatWindow, "key", "ctrl+w");
        WaitUntilGone(_chatWindow);
    }

    /// <summary>Quits as a user does: the peer is told.</summary>
    public void Quit()
    {
        Press(MainWindow, "key", "ctrl+q");
        Assert.Equal(0, _iptux.WaitForExit());
    }

    public void Dispose()
    {
        _iptux?.Dispose();
        if (_environment is not null)
        {
            // The screen ends with its last program, and takes its socket along: with this one, if iptux has never shown itself.
            using JudgeProcess last = JudgeProcess.StartWith(_environment, Keyboard, "getdisplaygeometry");
            last.WaitForExit();
            _screen?.WaitForExit();
        }
        _screen?.Dispose();
        _history?.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private string Configuration(IPAddress peer)
    {
        Dictionary<string, object> configuration = new()
        {
            ["version"] = 1,
            ["nick_name"] = NickName,
            ["belong_group"] = Group,
            ["archive_path"] = Inbox,
            ["debug_dont_broadcast"] = true,
            ["scan_net_segment"] = new[] { new { startip = peer.ToString(), endip = peer.ToString(), description = "" } },
            ["use_enter_key"] = true,
            ["peer_window_width"] = 900,
            ["peer_window_height"] = 600,
            ["peer_main_paned_divide"] = 300,
        };
        return JsonSerializer.Serialize(configuration);
    }

    /// <summary>xdotool's commands that type a text. What is not ASCII is no key of this keyboard.</summary>
    private static IEnumerable<string> Typing(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            string[] typing = rune.IsAscii ? ["type", "--args", "1", rune.ToString()]
                : ["key", "ctrl+shift+u", .. rune.Value.ToString("x", CultureInfo.InvariantCulture).Select(c => c.ToString()), "space"];
            foreach (string argument in typing)
            {
                yield return argument;
            }
        }
    }

    private void Offer(string path, string key)
    {
        OpenChat();
        Press(_chatWindow, "key", key);
        Press(FileChooser, "type", "--args", "1", path, "key", "Return");
        WaitUntilGone(FileChooser);
        Press(_chatWindow, "key", "Return");
    }

    /// <summary>Opens the window of the peer, the only one in the list, by its keys: as often as it takes until the peer is there.</summary>
    private void OpenChat() => WaitUntil(() =>
    {
        if (FindWindow(_chatWindow) is not null)
        {
            return true;
        }
        Press(MainWindow, "key", "Down", "Return");
        return false;
    }, "the window of its peer");

    /// <summary>Waits for a window, gives it the keyboard, and presses keys.</summary>
    private void Press(string window, params string[] commands)
    {
        string? id = null;
        WaitUntil(() => (id = FindWindow(window)) is not null, $"the window '{window}'");
        using JudgeProcess keys = JudgeProcess.StartWith(_environment, Keyboard, ["windowfocus", "--sync", id!, .. commands]);
        keys.Succeeds();
    }

    private void WaitUntilGone(string window) => WaitUntil(() => FindWindow(window) is null, $"the end of the window '{window}'");

    private string? FindWindow(string title)
    {
        using JudgeProcess search = JudgeProcess.StartWith(_environment, Keyboard, "search", "--onlyvisible", "--name", title);
        return search.WaitForExit() == 0 ? search.Output.Text.Split('\n')[0] : null;
    }

    private void WaitUntil(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (_iptux.HasExited || Stopwatch.GetElapsedTime(start) > JudgeProcess.Limit)
            {
                Assert.Fail($"iptux {(_iptux.HasExited ? "ended" : "does not go on")} without {what}.{Environment.NewLine}{_iptux.Error}");
            }
        }
    }
}
