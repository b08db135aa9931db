namespace PSNetConcurrency.Infrastructure;

/// <summary>A parameter that takes some of an enumeration's values, or All.</summary>
internal static class Choices
{
    public const string All = "All";

    /// <summary>The values that the words name, in their order; all of them where one of the words is All.</summary>
    public static IReadOnlyList<T> Of<T>(string[] words) where T : struct, Enum => words.Contains(All, StringComparer.OrdinalIgnoreCase)
        ? Enum.GetValues<T>()
        : Array.ConvertAll(words, w => Enum.Parse<T>(w, ignoreCase: true));
}
