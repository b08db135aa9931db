using System.Collections.Specialized;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>The course's own programs, with Python's struct and json, in both directions.</summary>
public sealed class PythonFrameTests : JudgeSession
{
    private const string Course = """
        import json, socket, struct, sys
        port, order = int(sys.argv[1]), sys.argv[2]

        def send(connection, header, payload=b''):
            data = json.dumps(header).encode('utf-8')
            connection.sendall(struct.pack(order, len(data)) + data + payload)

        def exactly(connection, count):
            data = b''
            while len(data) < count:
                piece = connection.recv(count - len(data))
                assert piece, 'closed too early'
                data += piece
            return data

        def receive(connection, key='file_size'):
            size, = struct.unpack(order, exactly(connection, struct.calcsize(order)))
            header = json.loads(exactly(connection, size).decode('utf-8'))
            return header, exactly(connection, header.get(key, 0))

        """;

    [JudgeFact("python3")]
    public void A_client_with_struct_i_speaks_with_our_server() => Client("Dictionary", "i");

    [JudgeFact("python3")]
    public void A_client_with_struct_i_little_endian_speaks_with_our_server() => Client("Dictionary", "<i");

    [JudgeFact("python3")]
    public void A_client_with_struct_i_in_network_order_speaks_with_our_server() => Client("Dictionary,Big", "!i");

    [JudgeFact("python3")]
    public void A_server_with_struct_i_speaks_with_our_client() => Server("Little", "<i");

    [JudgeFact("python3")]
    public void A_server_with_struct_i_in_network_order_speaks_with_our_client() => Server("Big", "!i");

    private void Client(string format, string order)
    {
        int port = StartServer($$"""
            Start-TcpServer -FrameFormat {{format}} {
                param($Message)
                if ($Message.Header.cmd -eq 'get') { [PSNetConcurrency.Frame]::new([ordered]@{ file_name = $Message.Header.filename }, [byte[]](0..255)) }
                elseif ($Message.Header.cmd) { [ordered]@{ status = 'ok'; 'grüße' = '你好' } }
                else { [PSNetConcurrency.Frame]::new(@{ file_name = $Message.Header.file_name }, "got $($Message.Length)") }
            }
            """);
        Judge(Course + """
            with socket.create_connection(('127.0.0.1', port)) as connection:
                send(connection, {'cmd': 'list'})
                send(connection, {'cmd': 'get', 'filename': 'a'})
                send(connection, {'file_name': '报告.txt', 'file_size': 5, 'md5': None}, b'hello')
                send(connection, {'file_name': 'empty', 'file_size': 0})
                send(connection, {'file_name': 'large', 'file_size': 300000}, b'x' * 300000)
                header, payload = receive(connection)
                assert header == {'status': 'ok', 'grüße': '你好'} and payload == b'', header
                header, payload = receive(connection)
                assert header == {'file_name': 'a', 'file_size': 256} and payload == bytes(range(256)), header
                for name, size in (('报告.txt', 5), ('empty', 0), ('large', 300000)):
                    header, payload = receive(connection)
                    assert header['file_name'] == name and payload == b'got %d' % size, (header, payload)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(1) == b''
            """, port, order);
    }

    private void Server(string byteOrder, string order)
    {
        using JudgeProcess python = JudgeProcess.Python(Course + """
            with socket.create_server(('127.0.0.1', 0)) as server:
                print(server.getsockname()[1])
                connection, _ = server.accept()
                with connection:
                    while True:
                        header, payload = receive(connection, 'len')
                        if header.get('cmd') == 'end':
                            break
                        send(connection, {'seen': list(header), 'len': len(payload)}, payload[::-1])
            """, 0, order);
        Shell.Run("$port = [int]$told", ("told", python.Output.WaitFor(@"^(\d+)\n").Groups[1].Value));
        Shell.Run($"$f = New-FrameFormat Dictionary -ByteOrder {byteOrder} -SizeKey len; $c = New-TcpSession 127.0.0.1 $port");
        PSObject reply = Shell.One("Invoke-TcpExchange -Session $c -FrameFormat $f -InputObject hello -Header ([ordered]@{ name = 'a' })");
        Assert.Equal("olleh", reply.BaseObject);
        Assert.Equal(["name", "len"], (object[])((OrderedDictionary)reply.Properties["Header"].Value)["seen"]!);
        Assert.Equal("", Shell.One("Send-Frame -Session $c -Format $f -InputObject @{ cmd = 'noop' }; Receive-Frame -Session $c -Format $f").BaseObject);
        Assert.Equal(300_000, ((string)Shell.One("Invoke-TcpExchange -Session $c -FrameFormat $f -InputObject ('y' * 300000)").BaseObject).Length);
        Shell.Run("Send-Frame -Session $c -Format $f -InputObject @{ cmd = 'end' }");
        python.Succeeds();
    }

    private static void Judge(string script, params object[] arguments)
    {
        using JudgeProcess python = JudgeProcess.Python(script, arguments);
        python.CloseInput();
        python.Succeeds();
    }
}
