using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Sending;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>Peers that send what no program of good will would.</summary>
public class HostilePeerTests
{
    private static readonly DictionaryFormat Format = new(FrameFormat.DefaultMaximum);

    public static TheoryData<string> Garbage =>
    [
        "GET / HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0",
        "\0\0\0\0",
        "\u0001\0\0\0{",
        "\u0002\0\0\0[]",
        "\u0002\0\0\0{}",
        Plain("{\"file_name\":\"a\"}"),
        Plain("{\"file_name\":\"a\",\"file_size\":-1}"),
        Plain("{\"file_name\":\"a\",\"file_size\":1e99}"),
        Plain("{\"file_name\":\"a\",\"file_size\":\"5\"}") + "hello",
        Plain("{\"file_name\":5,\"file_size\":5}") + "hello",
        Plain("{\"file_name\":\"../a\",\"file_size\":5}") + "hello",
        Plain("{\"file_name\":\"/tmp/a\",\"file_size\":5}") + "hello",
        Plain("{\"file_name\":\"a\",\"file_size\":6}") + "hello",
        Plain("{\"file_name\":\"a\",\"file_size\":9223372036854775807}") + "hello",
        Plain("{\"psnc\":\"hello\"}"),
        Plain("{\"psnc\":\"hello\",\"version\":1,\"check\":\"0123456789abcdef\"}"),
        Plain("{\"psnc\":\"file\",\"id\":1,\"file_name\":\"a\",\"file_size\":5}") + "hello",
        Plain(new string('[', 1000) + new string(']', 1000)),
        "\u00ff\u00ff\u00ff\u007f{\"a\":1}",
        "\u00ff\u00ff\u00ff\u00ff{\"a\":1}",
    ];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_is_an_event_and_leaves_nothing(string text)
    {
        await using TransferRig rig = new();
        await TellAsync(rig, Encoding.Latin1.GetBytes(text));
        await rig.AllGoneAsync();
        Assert.Equal(0, rig.Server.MessageCount);
        Assert.True(rig.Server.ErrorCount > 0);
        // It serves on.
        await rig.SendOneAsync(rig.To(), rig.File("good", [1, 2, 3]));
        await rig.StopAsync();
        Assert.Equal(["good"], rig.InTarget());
    }

    [Fact]
    public async Task Bytes_changed_at_random_never_make_a_wrong_file()
    {
        await using TransferRig rig = new(o => o with { Conflict = FileConflict.Rename });
        byte[] good = await RecordAsync();
        await Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte[1, 255], Gen.Int[0, good.Length]).SampleAsync(async (at, change, cut) =>
        {
            byte[] bad = good[..Math.Max(at + 1, cut)];
            bad[at] ^= change;
            await TellAsync(rig, bad);
        }, iter: 300, threads: 1);
        await rig.AllGoneAsync();
        await rig.StopAsync();
        Assert.All(rig.InTarget(), name => Assert.Equal(TransferRig.Bytes(3000), rig.Received(name)));
        Assert.All(rig.InTarget(), name => Assert.StartsWith("a", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Any_header_is_an_offer_or_a_clear_error()
    {
        Gen<string> value = Gen.OneOf(Gen.Int.Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), Gen.Long.Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Gen.Double.Select(d => double.IsFinite(d) ? d.ToString("r", System.Globalization.CultureInfo.InvariantCulture) : "null"), Gen.String[Gen.Char['a', 'z'], 0, 9].Select(s => $"\"{s}\""),
            Gen.Const("true"), Gen.Const("null"), Gen.Const("[1]"), Gen.Const("{}"), Gen.Const("\"Full\""), Gen.Const("\"Slice\""), Gen.Const("\"SHA256\""), Gen.Const("\"7\""));
        string[] keys = ["psnc", "id", "file_name", "file_size", "modified", "mode", "verify", "algorithm", "slice_size", "keep", "repair", "waits"];
        Gen.Select(Gen.Int[0, keys.Length - 1], value).Array[0, 14].Sample(pairs =>
        {
            string json = "{" + string.Join(',', pairs.Select(p => $"\"{keys[p.Item1]}\":{p.Item2}")) + "}";
            try
            {
                FileOffer offer = FileOffer.Parse(DictionaryHeader.Parse(Encoding.UTF8.GetBytes(json)), Format, "");
                return offer.Length >= 0 && offer.SliceSize is >= FileOffer.SmallestSlice and <= FileOffer.LargestSlice && offer.Id >= 0;
            }
            catch (NetException e)
            {
                return e.Error == NetError.FrameCorrupted;
            }
        }, iter: 200_000);
    }

    [Fact]
    public void Any_bytes_are_a_header_or_a_clear_error() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        try
        {
            DictionaryHeader header = DictionaryHeader.Parse(bytes);
            return header.Values is not null;
        }
        catch (NetException e)
        {
            return e.Error == NetError.FrameCorrupted;
        }
    }, iter: 200_000);

    [Theory]
    [InlineData("{\"psnc\":\"hello\",\"version\":1,\"nonce\":\"\",\"secret\":false}", "{\"psnc\":\"go\",\"id\":1,\"offset\":12345}")]
    [InlineData("{\"psnc\":\"hello\",\"version\":1,\"nonce\":\"\",\"secret\":false}", "{\"psnc\":\"go\",\"id\":1,\"offset\":-65536}")]
    [InlineData("{\"psnc\":\"hello\",\"version\":1,\"nonce\":\"\",\"secret\":false}", "{\"psnc\":\"go\",\"id\":1,\"offset\":9999999999}")]
    [InlineData("{\"psnc\":\"hello\",\"version\":1,\"nonce\":\"\",\"secret\":false}", "{\"psnc\":\"go\",\"id\":1,\"slices\":2000000000,\"digest_length\":32}")]
    [InlineData("{\"psnc\":\"hello\",\"version\":1,\"nonce\":\"\",\"secret\":false}", "{\"psnc\":\"nonsense\"}")]
    [InlineData("{\"psnc\":\"hello\",\"version\":1,\"nonce\":\"\",\"secret\":false}", "{\"psnc\":\"result\",\"id\":1,\"ok\":false,\"error\":\"\\u001b[31mFileExists\",\"message\":\"\\u001b[2J\\u0007red\"}")]
    [InlineData("{\"psnc\":\"refuse\",\"error\":\"Nonsense\",\"message\":\"no\"}", "")]
    [InlineData("{\"hello\":1}", "")]
    public async Task A_receiver_that_lies_gets_a_clear_error_and_no_say_over_the_terminal(string hello, string answer)
    {
        await using TransferRig rig = new();
        using TcpListener liar = new(IPAddress.Loopback, 0);
        liar.Start();
        Task lying = LieAsync(liar, hello, answer, rig.Limit);
        SendOutcome outcome = Assert.Single(await rig.SendAsync(rig.To(((IPEndPoint)liar.LocalEndpoint).Port) with { RetryCount = 0 }, rig.File("a", TransferRig.Bytes(400_000))));
        Assert.NotNull(outcome.Failure);
        Assert.DoesNotContain(outcome.Failure.Message, char.IsControl);
        await lying;
    }

    private static string Plain(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Encoding.Latin1.GetString([.. length, .. bytes]);
    }

    private static async Task TellAsync(TransferRig rig, byte[] bytes)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.Server.LocalEndPoint, rig.Limit);
        try
        {
            await socket.SendAsync(bytes, rig.Limit);
            socket.Shutdown(SocketShutdown.Send);
            byte[] answer = new byte[4096];
            while (await socket.ReceiveAsync(answer, rig.Limit) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Turned away before all was sent.
        }
    }

    // What a sender of ours says to send one small file, greeting and all: it does not wait for the answers.
    private static async Task<byte[]> RecordAsync()
    {
        await using TransferRig rig = new();
        string path = rig.File("a", TransferRig.Bytes(3000));
        using TcpListener recorder = new(IPAddress.Loopback, 0);
        recorder.Start();
        Task<byte[]> recording = PassAsync(recorder, rig.Server.Port, rig.Limit);
        await rig.SendOneAsync(rig.To(((IPEndPoint)recorder.LocalEndpoint).Port), path);
        return await recording;
    }

    private static async Task<byte[]> PassAsync(TcpListener listener, int port, CancellationToken limit)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(limit), server = new();
        await server.ConnectAsync(IPAddress.Loopback, port, limit);
        Task back = server.GetStream().CopyToAsync(client.GetStream(), limit);
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        for (int n; (n = await client.GetStream().ReadAsync(buffer, limit)) > 0;)
        {
            all.Write(buffer, 0, n);
            await server.GetStream().WriteAsync(buffer.AsMemory(0, n), limit);
        }
        server.Client.Shutdown(SocketShutdown.Send);
        try
        {
            await back;
        }
        catch (IOException)
        {
            // The sender has all it wanted.
        }
        return all.ToArray();
    }

    private static async Task LieAsync(TcpListener listener, string hello, string answer, CancellationToken limit)
    {
        using TcpClient victim = await listener.AcceptTcpClientAsync(limit);
        using TransferConnection connection = new(victim.GetStream(), Format, "victim", Timeout.InfiniteTimeSpan, limit);
        await connection.ReadHeaderAsync(_ => true);
        Write(connection, hello);
        await connection.FlushAsync();
        try
        {
            if (answer.Length > 0 && await connection.ReadHeaderAsync(_ => true) is not null)
            {
                Write(connection, answer);
                await connection.FlushAsync();
            }
            while (!(await connection.ReadSomeAsync(65536)).IsEmpty)
            {
            }
        }
        catch (NetException)
        {
            // It hung up.
        }
    }

    private static void Write(TransferConnection connection, string json)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(json);
        connection.WriteMessage(writer =>
        {
            foreach (System.Text.Json.JsonProperty property in document.RootElement.EnumerateObject())
            {
                property.WriteTo(writer);
            }
        });
    }
}
