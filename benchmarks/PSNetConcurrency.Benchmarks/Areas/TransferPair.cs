using System.Text.Json;
using PSNetConcurrency.Benchmarks.Children;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>A receiver and a sender of ours, in processes of their own.</summary>
internal sealed class TransferPair : IDisposable
{
    private readonly Talker _receiver;
    private readonly Talker _sender;

    private TransferPair(Talker receiver, Talker sender)
    {
        _receiver = receiver;
        _sender = sender;
    }

    public static async Task<TransferPair> StartAsync(string folder, bool discards, CancellationToken cancellationToken)
    {
        Talker receiver = new(Programs.Self("receive", folder, discards ? "nothing" : "files"));
        string port = await receiver.HearAsync(cancellationToken);
        Talker sender = new(Programs.Self("send", port));
        await sender.HearAsync(cancellationToken);
        return new TransferPair(receiver, sender);
    }

    /// <summary>Sends, and throws where that fails.</summary>
    public async Task<TransferUsage> SendAsync(string path, string verify, string algorithm, CancellationToken cancellationToken, string more = "")
    {
        TransferUsage usage = JsonSerializer.Deserialize<TransferUsage>(await _sender.AskAsync($"{path}\t{verify}\t{algorithm}\t{more}", cancellationToken))!;
        return usage.Failed == 0 ? usage : throw new LoadFailedException($"{usage.Failed} files were not sent.");
    }

    /// <summary>Begins to send and does not wait.</summary>
    public Task BeginAsync(string path, string more, CancellationToken cancellationToken) => _sender.AskAsync($"{path}\tFull\tSHA256\t{more}", cancellationToken);

    public async Task<TransferUsage> ReceiverAsync(CancellationToken cancellationToken) => JsonSerializer.Deserialize<TransferUsage>(await _receiver.AskAsync("", cancellationToken))!;

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private sealed class Talker(Command command) : TalkingChild(command)
    {
        public Task<string> AskAsync(string line, CancellationToken cancellationToken) => TalkAsync(line, cancellationToken);

        public async Task<string> HearAsync(CancellationToken cancellationToken) =>
            await Process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new LoadFailedException("A child did not start.");
    }
}
