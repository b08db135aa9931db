using System.Collections.Concurrent;
using System.Globalization;
using PSNetConcurrency.Benchmarks;

namespace PSNetConcurrency.Soak.Report;

/// <summary>What was done and survived: numbers by table, row and column.</summary>
internal sealed class Figures
{
    private readonly ConcurrentDictionary<(string Table, string Row, string Column), long> _values = new();

    public void Add(string table, string row, string column, long count = 1) => _values.AddOrUpdate((table, row, column), count, (_, old) => old + count);

    public long Sum(string table, string column) => _values.Where(v => v.Key.Table == table && v.Key.Column == column).Sum(v => v.Value);

    /// <summary>Prints one table, its columns in the order given, rows by name, those with nothing in the first left out. With seconds, a column is added that tells the rate of the first.</summary>
    public void Print(string table, string title, string[] columns, double? seconds = null)
    {
        string[] rows = [.. _values.Keys.Where(k => k.Table == table).Select(k => k.Row).Distinct().Where(r => _values.GetValueOrDefault((table, r, columns[0])) != 0).Order(StringComparer.Ordinal)];
        if (rows.Length == 0)
        {
            return;
        }
        Table printed = new(title, ["", .. columns, .. seconds is null ? (string[])[] : [columns[0] + "/s"]]);
        foreach (string row in rows)
        {
            printed.Add(Cells(row, c => _values.GetValueOrDefault((table, row, c))));
        }
        if (rows.Length > 1)
        {
            printed.Add(Cells("all", c => Sum(table, c)));
        }
        printed.Print();

        string[] Cells(string name, Func<string, long> of) =>
            [name, .. columns.Select(c => Text(of(c))), .. seconds is { } s ? (string[])[Text((long)(of(columns[0]) / s))] : []];
    }

    private static string Text(long value) => value.ToString("#,##0", CultureInfo.InvariantCulture);
}
