namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>Where a reader that keeps the output (-Keep) is; begins at what is not yet consumed.</summary>
internal sealed class OutputPlace
{
    private OutputSegment? _loadedSegment;
    private byte[] _loaded = [];

    internal OutputSegment? Segment { get; set; }

    internal int Offset { get; set; }

    // Read once, however often a reader that goes line by line looks.
    internal byte[] Loaded(OutputSegment segment, SpillFile file)
    {
        if (_loadedSegment != segment)
        {
            _loaded = file.Read(segment.FilePosition, segment.Length);
            _loadedSegment = segment;
        }
        return _loaded;
    }
}
