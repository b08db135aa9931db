using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>What a judge has written so far to one of its streams.</summary>
internal sealed class JudgeOutput
{
    private readonly object _gate = new();
    private readonly string _name;
    private readonly ArrayBufferWriter<byte> _written = new();
    private bool _ended;

    public JudgeOutput(string name, Stream stream)
    {
        _name = name;
        _ = ReadAsync(stream);
    }

    /// <summary>The judge's other stream, for messages.</summary>
    public JudgeOutput? Other { get; set; }

    public byte[] Bytes
    {
        get
        {
            lock (_gate)
            {
                return _written.WrittenSpan.ToArray();
            }
        }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Waits until the pattern is in the text.</summary>
    public Match WaitFor([StringSyntax("Regex")] string pattern)
    {
        Match match = Match.Empty;
        WaitUntil(() => (match = Regex.Match(Text, pattern, RegexOptions.Multiline)).Success, $"'{pattern}'");
        return match;
    }

    /// <summary>Waits until a condition holds for all that was written.</summary>
    public void WaitUntil(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (!condition())
            {
                TimeSpan left = JudgeProcess.Limit - Stopwatch.GetElapsedTime(start);
                if (_ended || left <= TimeSpan.Zero)
                {
                    Assert.Fail($"{_name} {(_ended ? "ended" : "does not go on")} without {what}.{Environment.NewLine}{this}{Other}");
                }
                Monitor.Wait(_gate, left);
            }
        }
    }

    public void WaitForEnd() => WaitUntil(() => _ended, "its end");

    public override string ToString() => $"{_name}: {(_written.WrittenCount > 10_000 ? $"{_written.WrittenCount} bytes" : Text)}{Environment.NewLine}";

    private async Task ReadAsync(Stream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        int n = 1;
        while (n > 0)
        {
            try
            {
                n = await stream.ReadAsync(buffer).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                n = 0;
            }
            lock (_gate)
            {
                _written.Write(buffer.AsSpan(0, n));
                _ended = n == 0;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
