using System.Text;
using PSNetConcurrency.Core.Chat.History;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Scheduling;
using PSNetConcurrency.Core.Scheduling.States;
using PSNetConcurrency.Core.Tests;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>The readers of texts and records.</summary>
internal static class TextDoors
{
    private const int MostStructBytes = 1 << 20;

    private const string History = """
        {"type":"message","id":"1","time":"2030-01-01T00:00:00+00:00","direction":"Received","from":"eve@box","to":"ann@box","text":"w\u00f6rld","state":"Delivered","files":[{"name":"a","length":5},{"name":"b","length":0,"folder":true}]}
        {"type":"message","id":"2","time":"2030-01-01T00:00:01+00:00","direction":"Sent","from":"ann@box","to":"eve@box","text":"\ud83d\ude00","state":"Queued","sealed":true}
        {"type":"state","id":"2","time":"2030-01-01T00:00:02+00:00","state":"Delivered","to":"eve@box","attempt":2}

        """;

    public static IEnumerable<IDoor> All() =>
    [
        new TextDoor("frame formats", HostileBytes.FrameFormats, b => FrameFormat.Parse(Text(b))),
        new TextDoor("captured frames", ["5:hello,5:world,", "line\nline\n", "\0\0\0\u0003abc\0\0\0\u0001a", "Content-Length: 2\r\n\r\n{}"], b => FrameFormatResolver.Resolve(b)),
        new TextDoor("headers", ["{\"file_name\":\"a\",\"file_size\":3}", "{\"a\":[1,2,{\"b\":null}],\"c\":1e300}"], b => _ = DictionaryHeader.Parse(b).Values.Count),
        new TextDoor("struct formats", ["<IHB", ">2s10pq", "@iPn", "!?efd", "=3x4h0s", "<100000x"], b => Unpack(Text(b))),
        new TextDoor("calendars", ["*-*-* 12:00:00", "Mon..Fri 09:00", "2030-02-29", "*-*-01..07/2 00/3:15", "hourly", "Sat *-*~01 06:00 Europe/Berlin"], b => _ = new CalendarSchedule(Text(b), TimeZoneInfo.Utc).After(new DateTimeOffset(2030, 1, 1, 0, 0, 0, default)).Take(3).Count()),
        new TextDoor("crontabs", ["*/5 * * * *", "0 9 * * MON-FRI", "15,45 0-23/2 1 1 *", "@daily", "0 0 L * *"], b => _ = new CronSchedule(Text(b), TimeZoneInfo.Utc).After(new DateTimeOffset(2030, 1, 1, 0, 0, 0, default)).Take(3).Count()),
        new TextDoor("job programs", ["c7,i,c1", "c0.5,i20,c3", "i,c1"], b => JobProgram.Parse(Text(b), 5, "job")),
        new TextDoor("state programs", ["c7,i,c1", "5:80,3:100", "i,c1:c4"], b => Simulate(Text(b))),
        new TextDoor("chat histories", [History], ReadHistory),
    ];

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static void Unpack(string text)
    {
        StructFormat format = StructFormat.Parse(text);
        if (format.Size <= MostStructBytes && format.FieldCount <= MostStructBytes)
        {
            byte[] record = new byte[format.Size];
            Random.Shared.NextBytes(record);
            object[] values = format.Unpack(record);
            SoakException.Require(values.Length == format.FieldCount, $"'{text}' has {format.FieldCount} fields and gave {values.Length}.");
        }
    }

    private static void Simulate(string text)
    {
        ProgramParser parser = new(seed: 1);
        parser.Add(text);
        if (parser.Programs.Sum(p => p.Length) < 10_000)
        {
            _ = new ProcessStateSimulator(parser.Programs, new ProcessStateOptions()).Run().Take(100_000).Count();
        }
    }

    private static void ReadHistory(byte[] bytes)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            _ = HistoryReader.Read(path).Count();
        }
        finally
        {
            File.Delete(path);
        }
    }
}
