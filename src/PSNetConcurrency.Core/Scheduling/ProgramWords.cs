namespace PSNetConcurrency.Core.Scheduling;

/// <summary>The words of a program's text, such as c7,i,c1, and where each stands: what is wrong is told by its place.</summary>
internal static class ProgramWords
{
    /// <summary>Cuts a text that stands at <paramref name="offset"/> of the whole; the words are without the blanks around them, and so are their places, from 0.</summary>
    public static IEnumerable<(string Word, int At)> Split(string text, char separator, int offset = 0)
    {
        foreach (string part in text.Split(separator))
        {
            string word = part.Trim();
            yield return (word, word.Length == 0 ? offset : offset + part.IndexOf(word, StringComparison.Ordinal));
            offset += part.Length + 1;
        }
    }
}
