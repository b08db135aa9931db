namespace PSNetConcurrency.Benchmarks;

/// <summary>Prints rows in columns.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<string[]> _rows = [columns];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine($"## {title}");
        int[] widths = Enumerable.Range(0, columns.Length).Select(i => _rows.Max(r => r[i].Length)).ToArray();
        for (int r = 0; r < _rows.Count; r++)
        {
            Console.WriteLine(string.Join("  ", _rows[r].Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
            if (r == 0)
            {
                Console.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
            }
        }
    }
}
