using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Turns the paths that users give into those of the file system.</summary>
internal static class FilePaths
{
    /// <summary>The path as it is written, of a file that need not exist.</summary>
    public static string Literal(PSCmdlet cmdlet, string path) =>
        OfFileSystem(() => cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _) is { } file ? ([file], provider) : ([], provider), path)[0];

    /// <summary>What a path with wildcards matches: nothing, where it has some and nothing does.</summary>
    public static IReadOnlyList<string> Matching(PSCmdlet cmdlet, string path) =>
        OfFileSystem(() => (cmdlet.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider), provider), path);

    private static IReadOnlyList<string> OfFileSystem(Func<(IReadOnlyList<string> Files, ProviderInfo Provider)> resolve, string path)
    {
        try
        {
            (IReadOnlyList<string> files, ProviderInfo provider) = resolve();
            return provider.Name == "FileSystem" ? files
                : throw new NetException(NetError.InvalidArgument, $"'{path}' is a path of the provider {provider.Name}, not of the file system.", path);
        }
        catch (ItemNotFoundException e)
        {
            throw new NetException(NetError.FileNotFound, $"There is no file '{path}'.", path, e);
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ProviderInvocationException or PSInvalidOperationException or PSArgumentException)
        {
            throw new NetException(NetError.InvalidArgument, $"'{path}' is not a path of the file system: {e.Message}", path, e);
        }
    }
}
