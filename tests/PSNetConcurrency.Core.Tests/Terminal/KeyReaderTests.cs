using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

public sealed class KeyReaderTests : IDisposable
{
    private readonly FakeTerminal _terminal = new();

    // What runtimes make of Escape and a bracket that they do not know: two keys, or one with Alt.
    public static TheoryData<bool> Escapes => [false, true];

    [Theory]
    [MemberData(nameof(Escapes))]
    public void A_marked_paste_is_one_piece(bool alt)
    {
        Press(alt, "a{200~pasted\n\ttext{201~b");
        Assert.Equal(["a", "[pasted\n\ttext]", "b"], Read());
    }

    [Theory]
    [MemberData(nameof(Escapes))]
    public void A_paste_may_come_in_parts(bool alt)
    {
        var reader = new KeyReader(_terminal);
        Press(alt, "{200~pas");
        Assert.Empty(Read(reader));
        Press(alt, "ted{20");
        Assert.Empty(Read(reader));
        Press(alt, "1~");
        Assert.Equal(["[pasted]"], Read(reader));
    }

    [Theory]
    [MemberData(nameof(Escapes))]
    public void What_only_begins_like_a_mark_stays_keys(bool alt)
    {
        Press(alt, "{20x");
        Assert.Equal(alt ? ["[", "2", "0", "x"] : ["\x1b", "[", "2", "0", "x"], Read());
    }

    public void Dispose() => _terminal.Dispose();

    [Fact]
    public void An_endless_paste_is_cut()
    {
        Press(alt: false, "{200~" + new string('x', 200_000) + "{201~y");
        string[] read = Read();
        Assert.Equal(["y"], read[1..]);
        Assert.InRange(read[0].Length, 60_000, 70_000);
    }

    private void Press(bool alt, string text)
    {
        foreach (char c in text)
        {
            _terminal.Press(c == '{' ? (alt ? [FakeTerminal.Key(0, ConsoleModifiers.Alt, '[')] : FakeTerminal.Keys("\x1b[")) : FakeTerminal.Keys(c.ToString()));
        }
    }

    private string[] Read(KeyReader? reader = null)
    {
        reader ??= new KeyReader(_terminal);
        var read = new List<string>();
        while (reader.TryRead(out ConsoleKeyInfo key, out string? paste))
        {
            read.Add(paste is null ? key.KeyChar.ToString() : $"[{paste}]");
        }
        return [.. read];
    }
}
