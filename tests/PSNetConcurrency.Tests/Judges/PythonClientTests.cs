namespace PSNetConcurrency.Tests.Judges;

/// <summary>Clients in Python's asyncio, ssl, socket and struct, against our servers.</summary>
public sealed class PythonClientTests : JudgeSession
{
    [JudgeFact("python3")]
    public void Asyncio_streams_get_all_back_after_their_half_close()
    {
        int port = StartServer("Start-TcpEchoServer");
        Judge("""
            import asyncio, os, sys

            async def one():
                reader, writer = await asyncio.open_connection('127.0.0.1', int(sys.argv[1]))
                sent = os.urandom(300_000)
                reading = asyncio.create_task(reader.read())
                for at in range(0, len(sent), 7_001):
                    writer.write(sent[at:at + 7_001])
                    await writer.drain()
                writer.write_eof()
                assert await reading == sent
                writer.close()
                await writer.wait_closed()

            async def main():
                await asyncio.gather(*(one() for _ in range(20)))

            asyncio.run(main())
            """, port);
        Assert.Equal(6_000_000L, Shell.One("$s.BytesSent").BaseObject);
    }

    [JudgeFact("python3")]
    public void Ssl_trusts_a_self_signed_certificate_that_is_pinned_strictly()
    {
        int port = StartServer("Start-TcpEchoServer -SelfSigned");
        Judge("""
            import asyncio, hashlib, os, ssl, sys
            port, thumbprint = int(sys.argv[1]), sys.argv[2]
            pem = ssl.get_server_certificate(('127.0.0.1', port))
            assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper() == thumbprint
            context = ssl.create_default_context(cadata=pem)
            context.verify_flags |= ssl.VERIFY_X509_STRICT

            async def main():
                for host in ('localhost', '127.0.0.1'):
                    reader, writer = await asyncio.open_connection('127.0.0.1', port, ssl=context, server_hostname=host)
                    sent = os.urandom(200_000)
                    reading = asyncio.create_task(reader.readexactly(len(sent)))
                    writer.write(sent)
                    await writer.drain()
                    assert await reading == sent
                    writer.close()
                    await writer.wait_closed()
                try:
                    await asyncio.open_connection('127.0.0.1', port, ssl=context, server_hostname='example.org')
                except ssl.SSLCertVerificationError:
                    return
                assert False, 'the certificate passes for another host'

            asyncio.run(main())
            """, port, Shell.One("$s.CertificateThumbprint"));
    }

    [JudgeFact("python3")]
    public void Struct_i_speaks_with_a_little_endian_length_field() => Frames("'LengthField,4,Little'", "<i");

    [JudgeFact("python3")]
    public void Struct_I_in_network_order_speaks_with_a_length_field() => Frames("LengthField", ">I");

    [JudgeFact("python3")]
    public void Chargen_keeps_to_rfc_864() => Judge("""
        import socket, sys
        ring = bytes(range(32, 127))
        with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as connection:
            stream = connection.makefile('rb')
            for n in range(300):
                line = stream.readline()
                assert line == bytes(ring[(n + i) % 95] for i in range(72)) + b'\r\n', (n, line)
        """, StartServer("Start-TcpEchoServer -Kind Chargen"));

    [JudgeFact("python3")]
    public void Daytime_keeps_to_rfc_867() => Judge("""
        import datetime, socket, sys
        with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as connection:
            told = connection.makefile('rb').read()
        assert told.endswith(b'\r\n') and told.count(b'\n') == 1 and all(32 <= c < 127 for c in told[:-2]), told
        time = datetime.datetime.strptime(told.decode('ascii').strip(), '%A, %B %d, %Y %H:%M:%S%z')
        assert abs(datetime.datetime.now(datetime.timezone.utc) - time) < datetime.timedelta(seconds=10), told
        assert time.utcoffset() == datetime.datetime.now().astimezone().utcoffset(), told
        """, StartServer("Start-TcpEchoServer -Kind Daytime"));

    [JudgeFact("python3")]
    public void Time_keeps_to_rfc_868() => Judge("""
        import datetime, socket, struct, sys
        with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as connection:
            told = connection.makefile('rb').read()
        assert len(told) == 4, told
        time = datetime.datetime(1900, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=struct.unpack('!I', told)[0])
        assert abs(datetime.datetime.now(datetime.timezone.utc) - time) < datetime.timedelta(seconds=10), time
        """, StartServer("Start-TcpEchoServer -Kind Time"));

    private static void Judge(string script, params object[] arguments)
    {
        using JudgeProcess python = JudgeProcess.Python(script, arguments);
        python.CloseInput();
        python.Succeeds();
    }

    private void Frames(string format, string header) => Judge("""
        import socket, struct, sys
        port, header = int(sys.argv[1]), sys.argv[2]
        texts = ['hello', 'grüße', '', 'x' * 70_000, 'last']
        frames = b''.join(struct.pack(header, len(t.encode())) + t.encode() for t in texts)

        def receive(stream):
            for text in texts:
                size, = struct.unpack(header, stream.read(4))
                # A block that returns nothing sends nothing: the server answers each with one sign more.
                assert stream.read(size).decode() == text + '!', text

        with socket.create_connection(('127.0.0.1', port)) as connection:
            stream = connection.makefile('rb')
            connection.sendall(frames)
            receive(stream)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(40):
                connection.sendall(frames[at:at + 1])
            connection.sendall(frames[40:])
            receive(stream)
            connection.shutdown(socket.SHUT_WR)
            assert stream.read() == b''
        """, StartServer($"Start-TcpServer -FrameFormat {format} {{ \"$_!\" }}"), header);
}
