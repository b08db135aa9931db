using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Binds this thread to processors, and with it what it starts meanwhile: a child then runs on no other from its first instruction on.</summary>
[SupportedOSPlatform("linux")]
internal readonly unsafe ref struct AffinityScope
{
    // 8,192 processors, the most that Linux is built for.
    private const int MaskSize = 1024;

    private readonly byte[]? _before;

    public AffinityScope(long? mask)
    {
        if (mask is not { } wanted)
        {
            return;
        }
        byte[] before = new byte[MaskSize];
        byte[] bits = new byte[MaskSize];
        MemoryMarshal.Write(bits, in wanted);
        fixed (byte* old = before, now = bits)
        {
            if (ProcessLibc.GetAffinity(0, MaskSize, old) < 0 || ProcessLibc.SetAffinity(0, MaskSize, now) != 0)
            {
                throw StartChecks.NoSuchProcessor(wanted);
            }
        }
        _before = before;
    }

    public void Dispose()
    {
        if (_before is not null)
        {
            fixed (byte* old = _before)
            {
                _ = ProcessLibc.SetAffinity(0, MaskSize, old);
            }
        }
    }
}
