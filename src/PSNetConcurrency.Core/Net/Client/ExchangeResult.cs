using System.Net;

namespace PSNetConcurrency;

/// <summary>A message and its reply.</summary>
/// <param name="ComputerName">The server, as it was named.</param>
/// <param name="Port">The server's port.</param>
/// <param name="RemoteEndPoint">The address that was connected to.</param>
/// <param name="Sent">The message.</param>
/// <param name="Reply">The reply: text or bytes.</param>
/// <param name="Bytes">The reply's length in bytes, without header or delimiter.</param>
/// <param name="Latency">From the beginning of the send to the end of the reply; connecting is not part of it.</param>
/// <param name="Chunks">How many bytes each receive of the system brought.</param>
public sealed record ExchangeResult(string ComputerName, int Port, IPEndPoint RemoteEndPoint, object? Sent, object Reply, int Bytes, TimeSpan Latency, int[] Chunks);
