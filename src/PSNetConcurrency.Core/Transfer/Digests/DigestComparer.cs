using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Compares digests made in two places, and gives the ranges in which the files differ.</summary>
internal static class DigestComparer
{
    public static IReadOnlyList<FileRange> Compare(FileDigest reference, FileDigest difference)
    {
        Demand(string.Equals(reference.Algorithm, difference.Algorithm, StringComparison.OrdinalIgnoreCase), $"one is {reference.Algorithm}, the other {difference.Algorithm}");
        Demand(reference.Mode == difference.Mode, $"one was made with -Mode {reference.Mode}, the other with {difference.Mode}");
        Demand(reference.Offset == difference.Offset, $"one begins at {reference.Offset}, the other at {difference.Offset}");
        if (reference.Length == difference.Length && Same(reference.Hash, difference.Hash))
        {
            return [];
        }
        long end = reference.Offset + Math.Max(reference.Length, difference.Length);
        if (reference.Mode == DigestMode.Sample && reference.Length == difference.Length)
        {
            return Samples(reference, difference);
        }
        if (reference.Mode != DigestMode.Slice)
        {
            // Nothing tells where.
            return [new FileRange(reference.Offset, end - reference.Offset)];
        }
        return Slices(reference, difference, end);
    }

    private static List<FileRange> Slices(FileDigest reference, FileDigest difference, long end)
    {
        List<FileRange> ranges = [];
        int common = Math.Min(reference.Slice.Length, difference.Slice.Length);
        for (int i = 0; i < common; i++)
        {
            (DigestSlice a, DigestSlice b) = (reference.Slice[i], difference.Slice[i]);
            // Only a file's last slice may be shorter than its counterpart, when the other file goes on.
            Demand(a.Offset == b.Offset && (a.Length == b.Length || i == reference.Slice.Length - 1 || i == difference.Slice.Length - 1), "their slices are of different sizes");
            if (a.Length != b.Length || !Same(a.Hash, b.Hash))
            {
                Add(ranges, a.Offset, Math.Max(a.Length, b.Length));
            }
        }
        long covered = common == 0 ? reference.Offset : Math.Max(EndOf(reference.Slice[common - 1]), EndOf(difference.Slice[common - 1]));
        if (covered < end)
        {
            Add(ranges, covered, end - covered);
        }
        Demand(ranges.Count > 0, "the digests differ, but none of the slices does: one of the objects was changed");
        return ranges;
    }

    private static List<FileRange> Samples(FileDigest reference, FileDigest difference)
    {
        List<FileRange> ranges = [];
        Demand(reference.Slice.Length == difference.Slice.Length, "they have samples of different numbers");
        for (int i = 0; i < reference.Slice.Length; i++)
        {
            (DigestSlice a, DigestSlice b) = (reference.Slice[i], difference.Slice[i]);
            Demand(a.Offset == b.Offset && a.Length == b.Length, "their samples are at different positions, as with another -Key or -SampleSize");
            if (!Same(a.Hash, b.Hash))
            {
                Add(ranges, a.Offset, a.Length);
            }
        }
        return ranges;
    }

    private static void Add(List<FileRange> ranges, long offset, long length)
    {
        if (ranges.Count > 0 && ranges[^1].End == offset)
        {
            ranges[^1] = ranges[^1] with { Length = ranges[^1].Length + length };
        }
        else
        {
            ranges.Add(new FileRange(offset, length));
        }
    }

    private static long EndOf(DigestSlice slice) => slice.Offset + slice.Length;

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static void Demand(bool holds, string why)
    {
        if (!holds)
        {
            throw new NetException(NetError.InvalidArgument, $"The digests can't be compared: {why}. Make both with the same -Algorithm, -Mode, sizes, key and range.");
        }
    }
}
