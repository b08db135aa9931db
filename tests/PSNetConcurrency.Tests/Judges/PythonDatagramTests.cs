namespace PSNetConcurrency.Tests.Judges;

/// <summary>Python sends numbered datagrams through the proxy and counts for itself what became of them.</summary>
public sealed class PythonDatagramTests : JudgeSession
{
    [JudgeFact("python3")]
    public void What_python_counts_is_what_the_proxy_says_it_did()
    {
        int target = (int)Shell.One("Get-AvailablePort -Protocol Udp").BaseObject;
        int port = StartServer($"Start-UdpFaultProxy 127.0.0.1 {target} -Seed 4 -LossRate 0.1 -LossBurstLength 3 -DuplicateRate 0.1 -ReorderRate 0.1 -ReorderDistance 3 -CorruptRate 0.1");
        using JudgeProcess python = JudgeProcess.Python("""
            import collections, select, socket, struct, sys
            count = 3000
            target = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            target.bind(('127.0.0.1', int(sys.argv[2])))
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            client.connect(('127.0.0.1', int(sys.argv[1])))
            arrived = []

            def drain(wait):
                while select.select([target], [], [], wait)[0]:
                    arrived.append(target.recv(1000))

            for n in range(1, count + 1):
                client.send(struct.pack('>I', n) * 8)
                if n % 20 == 0:
                    drain(0.002)
            drain(1.5)
            seen, greatest, duplicates, reordered, corrupted = set(), 0, 0, 0, 0
            for data in arrived:
                # One bit is another at most: the number that most of the eight say.
                n = collections.Counter(struct.unpack('>8I', data)).most_common(1)[0][0]
                changed = bin(int.from_bytes(data, 'big') ^ int.from_bytes(struct.pack('>I', n) * 8, 'big')).count('1')
                assert changed <= 1
                if n in seen:
                    duplicates += 1
                    continue
                seen.add(n)
                reordered += n < greatest
                corrupted += changed
                greatest = max(greatest, n)
            print(count, count - len(seen), duplicates, reordered, corrupted)
            """, port, target);
        python.CloseInput();
        string counted = python.Succeeds().Trim();
        string told = (string)Shell.One("$f = $s.FaultStatistic.ClientToServer; \"$($f.Received) $($f.Lost) $($f.Duplicated) $($f.Reordered) $($f.Corrupted)\"").BaseObject;
        Assert.Equal(told, counted);
        Assert.All(told.Split(' '), n => Assert.InRange(int.Parse(n, System.Globalization.CultureInfo.InvariantCulture), 150, 3000));
    }
}
