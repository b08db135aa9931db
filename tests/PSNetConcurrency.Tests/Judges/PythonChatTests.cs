namespace PSNetConcurrency.Tests.Judges;

/// <summary>A chat peer in python3's socket, written from the protocol's text, against ours.</summary>
public sealed class PythonChatTests : JudgeSession
{
    private const string Peer = """
        import os, socket, struct, sys, time
        port = int(sys.argv[1])
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(('127.0.0.1', 0))
        sock.settimeout(20)
        tcp = socket.socket()
        tcp.bind(sock.getsockname())
        tcp.listen()
        number = int(time.time())

        def send(command, text='', extra=b''):
            global number
            number += 1
            sock.sendto(f'1:{number}:taro:mars:{command}:{text}'.encode() + extra, ('127.0.0.1', port))
            return number

        def receive(command):
            while True:
                fields = sock.recv(65536).split(b':', 5)
                if int(fields[4]) & 0xff == command:
                    return fields

        def enter():
            send(0x01 | 0x1000000, 'Taro', b'\0group\0')
            answer = receive(0x03)
            assert answer[2:4] == [b'ann', b'box'], answer
            return answer

        """;

    [JudgeFact("python3")]
    public void Presence_messages_and_receipts_are_those_of_the_protocol()
    {
        int port = StartServer("Start-ChatPeer -UserName ann -HostName box -NickName Ann -GroupName Büro -Port 0");
        Judge(Peer + """
            answer = enter()
            sections = answer[5].split(b'\0')
            assert sections[0] == b'Ann' and sections[1] == 'Büro'.encode(), sections
            assert sections[2].startswith(b'\n') and b'GN:B\xc3\xbcro\n' in sections[2], sections
            assert int(answer[4]) & 0x1000000 and not int(answer[4]) & 0x400000
            for _ in range(2):
                sock.sendto(b'1:77:taro:mars:288:hello', ('127.0.0.1', port))
                assert receive(0x21)[5] == b'77'
            sealed = send(0x20 | 0x100 | 0x200 | 0x100000 | 0x800000, 'für dich')
            assert receive(0x21)[5] == str(sealed).encode()
            print('ready', flush=True)
            read = receive(0x30)
            assert read[5] == str(sealed).encode() and int(read[4]) & 0x100000
            send(0x32, read[1].decode())
            message = receive(0x20)
            assert int(message[4]) & 0x100 and int(message[4]) & 0x800000
            assert message[5].decode() == 'zurück', message
            send(0x21, message[1].decode())
            send(0x02)
            """, port, """
            $got = Receive-ChatMessage -Peer $s -Count 2
            $got.Text -join '|'
            $sent = Send-ChatMessage taro 'zurück' -Peer $s -Wait
            $sent.State
            (Get-ChatUser taro -Status Offline -Peer $s -Wait).Group
            """, "hello|für dich", "Delivered", "group");
    }

    [JudgeFact("python3")]
    public void Files_go_both_ways_over_the_same_port()
    {
        File.WriteAllBytes(Path.Combine(Folder, "ours.bin"), RandomBytes(300_000));
        int port = StartServer("Start-ChatPeer -UserName ann -HostName box -Port 0");
        Judge(Peer + """
            enter()
            content = bytes(i * 7 % 251 for i in range(200_000))
            offer = send(0x20 | 0x100 | 0x200000 | 0x800000, 'take', f'\0000:two::b.bin:{len(content):x}:{int(time.time()):x}:1:\a1:dir:0:0:2:\a'.encode())
            receive(0x21)
            print('ready', flush=True)
            for _ in range(2):
                client, _ = tcp.accept()
                fields = client.recv(4096).split(b':')
                assert int(fields[5], 16) == offer, fields
                if int(fields[4]) & 0xff == 0x60:
                    assert [int(f, 16) for f in fields[6:8]] == [0, 0], fields
                    client.sendall(content)
                else:
                    def header(name, size, kind):
                        text = f':{name}:{size:x}:{kind:x}:'
                        return f'{len(text) + 4:04x}{text}'.encode()
                    client.sendall(header('dir', 0, 2) + header('x.txt', 5, 1) + b'hello' + header('.', 0, 3))
                client.close()
            theirs = receive(0x20)
            name, size = theirs[5].split(b'\0')[1].split(b':')[1:3]
            file = theirs[5].split(b'\0')[1].split(b':')[0]
            send(0x21, theirs[1].decode())
            def fetch(offset, end):
                with socket.create_connection(('127.0.0.1', port)) as c:
                    c.sendall(f'1:{number}:taro:mars:96:{int(theirs[1]):x}:{int(file):x}:{offset:x}'.encode() + end)
                    got = b''
                    while part := c.recv(65536):
                        got += part
                    return got
            want = open(sys.argv[2], 'rb').read()
            assert name == b'ours.bin' and int(size, 16) == len(want)
            assert fetch(0, b'') == want and fetch(100_000, b'\0') == want[100_000:] and fetch(5, b':') == want[5:]
            send(0x61, theirs[1].decode())
            end = time.time() + 20
            while fetch(0, b'\0') != b'':
                assert time.time() < end, 'a released file is still served'
            """, port, $$"""
            $null = [IO.Directory]::CreateDirectory('{{Folder}}/in')
            $results = Receive-ChatMessage -Peer $s -Count 1 | Receive-ChatFile -Destination '{{Folder}}/in' -Peer $s
            ($results.Name -join '|')
            [IO.File]::ReadAllText('{{Folder}}/in/dir/x.txt')
            (Send-ChatFile taro '{{Folder}}/ours.bin' -Peer $s -Wait).State
            """, "two:b.bin|dir", "hello", "Delivered");
        Assert.Equal(200_000, new FileInfo(Path.Combine(Folder, "in", "two:b.bin")).Length);
    }

    // Runs the program, and when it is ready the script beside it; both must do what they should.
    private void Judge(string program, int port, string script, params string[] output)
    {
        using JudgeProcess judge = JudgeProcess.Python(program, port, Path.Combine(Folder, "ours.bin"));
        judge.Output.WaitFor("ready");
        Assert.Equal(output, Shell.Run(script).Select(o => o.ToString()));
        judge.Succeeds();
    }
}
