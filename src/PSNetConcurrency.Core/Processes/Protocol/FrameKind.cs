namespace PSNetConcurrency.Core.Processes.Protocol;

/// <summary>What a frame is; frames are an int32 length (little-endian, of kind and payload), this byte, and the payload.</summary>
internal enum FrameKind : byte
{
    /// <summary>To the child: the job. Once.</summary>
    Run = 1,

    /// <summary>To the child: one object for $input.</summary>
    Input = 2,

    /// <summary>To the child: no more objects come.</summary>
    EndInput = 3,

    /// <summary>To the child: stop the script, then end.</summary>
    Stop = 4,

    /// <summary>To the child: go the whole way once, so that it is compiled; leave nothing behind.</summary>
    Warm = 5,

    /// <summary>From the child, first: version of the protocol, process id, PSVersion.</summary>
    Hello = 16,

    /// <summary>From the child: warmed up.</summary>
    Ready = 17,

    /// <summary>From the child: records, one after the other.</summary>
    Records = 18,

    /// <summary>From the child: bytes of input that the script has taken.</summary>
    InputConsumed = 19,

    /// <summary>From the child, last: the exit code.</summary>
    Completed = 20,

    /// <summary>From the child, last: why it failed.</summary>
    Fault = 21,
}

/// <summary>Why a child failed, in its own words.</summary>
internal enum FaultCode : byte
{
    ScriptFailed = 1,
    ClassNotFound = 2,
    RunMethodMissing = 3,
    JobUnreadable = 4,
}
