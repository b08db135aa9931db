using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Finds handles by id, or by name with wildcards: one way for listeners, sessions and what else is kept.</summary>
internal static class HandleSelector
{
    public static IEnumerable<T> Select<T>(IReadOnlyList<T> all, int[]? ids, string[]? names, Func<T, int> idOf, Func<T, string> nameOf, string noun, string lister, Action<NetException> notFound)
    {
        foreach (int id in ids ?? [])
        {
            if (all.FirstOrDefault(h => idOf(h) == id) is { } found)
            {
                yield return found;
            }
            else
            {
                notFound(new NetException(NetError.HandleNotFound, $"There is no {noun} with the id {id} in this session. {lister} lists those there are.", id));
            }
        }
        foreach (string name in names ?? [])
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            T[] found = all.Where(h => pattern.IsMatch(nameOf(h))).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                notFound(new NetException(NetError.HandleNotFound, $"There is no {noun} named '{name}' in this session. {lister} lists those there are.", name));
            }
            foreach (T handle in found)
            {
                yield return handle;
            }
        }
    }
}
