namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>The parts that run in a process of their own. Each ends when its standard input does, so none outlives its parent.</summary>
internal static class Child
{
    public static Task<int> RunAsync(string[] part) => part switch
    {
        ["echo", string port, string maximum] => EchoServerChild.RunAsync(int.Parse(port), int.Parse(maximum)),
        ["udpecho", string port] => UdpEchoServerChild.RunAsync(int.Parse(port)),
        ["load", .. string[] args] => EchoLoadChild.RunAsync(args),
        ["idle", string port] => IdleClientChild.RunAsync(int.Parse(port)),
        ["digest", string manifest] => DigestChild.RunAsync(manifest),
        ["receive", string folder, string target] => TransferChild.ReceiveAsync(folder, target == "nothing"),
        ["send", string port] => TransferChild.SendAsync(int.Parse(port)),
        ["import", string manifest] => ImportChild.RunAsync(manifest),
        _ => throw new ArgumentException($"There is no part '{string.Join(' ', part)}'."),
    };
}
