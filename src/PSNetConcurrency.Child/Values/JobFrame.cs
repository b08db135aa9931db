using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child.Values;

/// <summary>How the child is to run its script.</summary>
[Flags]
internal enum JobFlags
{
    None = 0,
    HasInput = 1,

    /// <summary>It lives on when its input ends.</summary>
    Detached = 2,

    /// <summary>It was started ahead, or behind a launcher: folder and environment are to be taken from the frame.</summary>
    HasState = 4,
}

/// <summary>What a Run frame holds.</summary>
internal sealed class JobFrame
{
    public JobFlags Flags;
    public byte Kind;
    public string Script = "";
    public string? Path;
    public string? ClassName;
    public string? InitializationScript;
    public string? WorkingDirectory;
    public string Culture = "";
    public string UICulture = "";
    public string[] Modules = [];
    public string?[] Environment = [];
    public object?[] Arguments = [];
    public object?[] Parameters = [];
    public object?[] Variables = [];
    public object?[] Properties = [];

    private byte[] _payload = [];
    private int _valuesAt;

    /// <summary>Whether the job of a Run frame lives on when its input ends.</summary>
    public static bool IsDetached(byte[] payload) => payload.Length >= sizeof(int) && ((JobFlags)new WireReader(payload).Int32() & JobFlags.Detached) != 0;

    public static JobFrame Read(byte[] payload)
    {
        WireReader reader = new(payload);
        JobFrame job = new()
        {
            Flags = (JobFlags)reader.Int32(),
            Kind = reader.Byte(),
            Script = reader.RequiredText(),
            Path = reader.Text(),
            ClassName = reader.Text(),
            InitializationScript = reader.Text(),
            WorkingDirectory = reader.Text(),
            Culture = reader.RequiredText(),
            UICulture = reader.RequiredText(),
            Modules = Texts(ref reader)!,
            Environment = Texts(ref reader),
        };
        (job._payload, job._valuesAt) = (payload, reader.Position);
        return job;
    }

    /// <summary>Reads the values, once the runspace is open: its types say which of them become what they were.</summary>
    public void ReadValues()
    {
        WireReader reader = new(_payload.AsSpan(_valuesAt));
        ValueReader values = new();
        Arguments = Values(ref reader, values);
        Parameters = Values(ref reader, values);
        Variables = Values(ref reader, values);
        Properties = Values(ref reader, values);
        _payload = [];
    }

    private static string?[] Texts(ref WireReader reader)
    {
        string?[] texts = new string?[reader.Count(4)];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.Text();
        }
        return texts;
    }

    private static object?[] Values(ref WireReader reader, ValueReader values)
    {
        object?[] read = new object?[reader.Count(1)];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = values.Read(ref reader);
        }
        return read;
    }
}
