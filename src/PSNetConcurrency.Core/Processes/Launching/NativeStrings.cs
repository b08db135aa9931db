using System.Runtime.InteropServices;
using System.Text;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Strings as C takes them: a list of pointers with a null at its end, and the bytes, in one piece of memory.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private void* _memory;

    public NativeStrings(IReadOnlyCollection<string> strings)
    {
        int size = (strings.Count + 1) * sizeof(byte*);
        foreach (string s in strings)
        {
            size += Encoding.UTF8.GetByteCount(s) + 1;
        }
        _memory = NativeMemory.Alloc((nuint)size);
        byte** pointer = Pointers;
        byte* text = (byte*)(pointer + strings.Count + 1);
        byte* end = (byte*)_memory + size;
        foreach (string s in strings)
        {
            *pointer++ = text;
            text += Encoding.UTF8.GetBytes(s, new Span<byte>(text, (int)(end - text)));
            *text++ = 0;
        }
        *pointer = null;
    }

    public byte** Pointers => (byte**)_memory;

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
