using System.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>
/// Measures an echo server with a closed loop: each connection keeps so many messages under way, sends another for each
/// that returns, and compares every byte with what it sent.
/// </summary>
public static class EchoLoad
{
    /// <summary>Runs a measurement to its end; the result tells of connections that failed on the way.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Called about once a second, on the loop: it must not block.</param>
    /// <param name="cancellationToken">Ends it at once; every connection is reset.</param>
    /// <exception cref="NetException">The name has no address, or no connection could be established.</exception>
    public static async Task<TcpEchoResult> RunAsync(EchoLoadOptions options, Action<EchoLoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        if (options.Duration is null && options.Count == 0)
        {
            throw new ArgumentException("A measurement needs a duration or a count.", nameof(options));
        }
        IPAddress[] addresses = await TcpConnector.ResolveAsync(options.ComputerName, cancellationToken).ConfigureAwait(false);
        EventLoop loop = LoopGroup.Rent();
        try
        {
            EchoRun run = new(loop, options, addresses, progress);
            loop.Post(run.Start);
            using (cancellationToken.UnsafeRegister(static (s, token) => ((EchoRun)s!).Cancel(token), run))
            {
                return await run.Completion.ConfigureAwait(false);
            }
        }
        finally
        {
            LoopGroup.Return(loop);
        }
    }
}
