using PSNetConcurrency.Core.Chat.Screen;

namespace PSNetConcurrency.Core.Tests.Chat.Screen;

public class ScreenCommandTests
{
    [Theory]
    [InlineData("/msg bob hello  there", "msg", "bob hello  there")]
    [InlineData("/M bob x", "msg", "bob x")]
    [InlineData("/qui", "quit", "")]
    [InlineData("/exit", "quit", "")]
    [InlineData("/?", "help", "")]
    [InlineData("@bob hello", "msg", "bob hello")]
    [InlineData("@\"bob b\" hello", "msg", "\"bob b\" hello")]
    public void Commands_are_known_by_names_and_beginnings(string line, string name, string rest)
    {
        ChatLine parsed = ChatLine.Parse(line);
        Assert.Equal((name, rest), (parsed.Command?.Name, parsed.Rest));
    }

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("//usr/bin", "/usr/bin")]
    [InlineData(" /users", " /users")]
    [InlineData("@ home", "@ home")]
    public void All_else_is_text(string line, string text) => Assert.Equal(new ChatLine(null, null, text), ChatLine.Parse(line));

    [Theory]
    [InlineData("/uesrs", "users")]
    [InlineData("/hlep", "help")]
    [InlineData("/a", "accept away")]
    [InlineData("/qiut", "quit")]
    [InlineData("/xyzzy", "")]
    public void Unknown_ones_have_suggestions(string line, string names)
    {
        ChatLine parsed = ChatLine.Parse(line);
        Assert.Equal(line[1..], parsed.Unknown);
        Assert.Equal(names, string.Join(' ', ScreenCommand.Suggest(parsed.Unknown!).Select(c => c.Name)));
    }

    [Theory]
    [InlineData("bob hi there", "bob", "hi there")]
    [InlineData("\"bob b\"  hi", "bob b", "hi")]
    [InlineData("'a b", "a b", "")]
    [InlineData("", "", "")]
    public void Words_may_be_quoted(string text, string word, string tail)
    {
        Assert.Equal((word, tail), ChatLine.TakeWord(text));
        Assert.Equal((word, ""), ChatLine.TakeWord(ChatLine.Quote(word)));
    }
}
