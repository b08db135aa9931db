using System.Globalization;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>Messages with files or seals under the numbers that a person types for them; the oldest go when there are too many.</summary>
internal sealed class ChatNumbers
{
    private const int MostKept = 1000;

    private readonly SortedDictionary<int, ChatMessage> _messages = [];
    private int _last;

    public int Add(ChatMessage message)
    {
        _messages[++_last] = message;
        if (_messages.Count > MostKept)
        {
            _messages.Remove(_messages.Keys.First());
        }
        return _last;
    }

    public void Remove(int number) => _messages.Remove(number);

    /// <summary>The numbers of those that are wanted.</summary>
    public IEnumerable<int> Of(Func<ChatMessage, bool> wanted) => _messages.Where(m => wanted(m.Value)).Select(m => m.Key);

    /// <summary>The message meant: by its number, or without one the only one there is. Null for none.</summary>
    public ChatMessage? Find(string text, Func<ChatMessage, bool> wanted, out int number)
    {
        if (text.Length == 0 && Of(wanted).Take(2).ToArray() is [int only])
        {
            number = only;
            return _messages[only];
        }
        return int.TryParse(text.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && _messages.TryGetValue(number, out ChatMessage? message) && wanted(message) ? message : null;
    }
}
