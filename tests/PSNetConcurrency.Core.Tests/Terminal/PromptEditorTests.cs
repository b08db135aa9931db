using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

public class PromptEditorTests
{
    private readonly PromptEditor _editor = new(before => before.StartsWith("/m", StringComparison.Ordinal) ? new Completion(1, ["me", "msg", "mute"])
        : before == "x" ? new Completion(0, ["xylophone "]) : Completion.None);

    [Fact]
    public void Enter_gives_the_line_and_up_recalls_it_with_the_unfinished_one_behind()
    {
        Assert.Equal("one", Enter("one\n"));
        Assert.Equal("two", Enter("two\n"));
        Enter("unfin");
        Press(ConsoleKey.UpArrow);
        Assert.Equal("two", _editor.Text);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("one", _editor.Text);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Assert.Equal("unfin", _editor.Text);
    }

    [Fact]
    public void Tab_goes_round_the_candidates_and_another_key_takes_one()
    {
        Enter("/m tail");
        for (int i = 0; i < 5; i++)
        {
            Press(ConsoleKey.LeftArrow);
        }
        string[] seen = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            Press(ConsoleKey.Tab);
            return _editor.Text;
        })];
        Assert.Equal(["/me tail", "/msg tail", "/mute tail", "/me tail"], seen);
        Assert.Equal(3, _editor.Candidates.Count);
        _editor.Apply(FakeTerminal.Key(ConsoleKey.Tab, ConsoleModifiers.Shift), out _);
        Assert.Equal("/mute tail", _editor.Text);
        Enter("!");
        Assert.Equal("/mute! tail", _editor.Text);
        Assert.Empty(_editor.Candidates);
    }

    [Fact]
    public void A_single_candidate_is_put_in_place()
    {
        Enter("x\t");
        Assert.Equal(("xylophone ", 10), (_editor.Text, _editor.Cursor));
    }

    [Fact]
    public void Control_D_ends_on_an_empty_line_and_deletes_on_another()
    {
        Assert.Equal(EditOutcome.EndOfInput, Press(ConsoleKey.D, ConsoleModifiers.Control));
        Enter("ab");
        Press(ConsoleKey.Home);
        Assert.Equal(EditOutcome.None, Press(ConsoleKey.D, ConsoleModifiers.Control));
        Assert.Equal("b", _editor.Text);
        Assert.Equal(EditOutcome.Refresh, Press(ConsoleKey.L, ConsoleModifiers.Control));
    }

    [Fact]
    public void Pasted_lines_wait_for_Enter_and_go_as_one()
    {
        _editor.Paste("first\r\nsecond\x1b[31m\tend\n\n");
        Assert.Equal("first\nsecond\ufffd[31m\tend", Enter("\n"));
    }

    private string Enter(string text)
    {
        string line = "";
        foreach (ConsoleKeyInfo key in FakeTerminal.Keys(text))
        {
            _editor.Apply(key, out line);
        }
        return line;
    }

    private EditOutcome Press(ConsoleKey key, ConsoleModifiers modifiers = 0) => _editor.Apply(FakeTerminal.Key(key, modifiers), out _);
}
