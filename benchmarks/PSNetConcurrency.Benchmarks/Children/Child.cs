namespace PSNetConcurrency.Benchmarks.Children;

/// <summary>The parts that run in a process of their own. Each ends when its standard input does, so none outlives its parent.</summary>
internal static class Child
{
    public static Task<int> RunAsync(string[] part) => part switch
    {
        ["echo", string port, string maximum] => EchoServerChild.RunAsync(int.Parse(port), int.Parse(maximum)),
        ["udpecho", string port] => UdpEchoServerChild.RunAsync(int.Parse(port)),
        ["ntp", string port] => TimeChild.ServeAsync(int.Parse(port)),
        ["asktime", string port, string count] => TimeChild.AskAsync(int.Parse(port), int.Parse(count)),
        ["load", .. string[] args] => EchoLoadChild.RunAsync(args),
        ["idle", string port] => IdleClientChild.RunAsync(int.Parse(port)),
        ["digest", string manifest] => DigestChild.RunAsync(manifest),
        ["receive", string folder, string target] => TransferChild.ReceiveAsync(folder, target == "nothing"),
        ["send", string port] => TransferChild.SendAsync(int.Parse(port)),
        ["exchange", string manifest, string port, string count] => UdpExchangeChild.RunAsync(manifest, int.Parse(port), int.Parse(count)),
        ["import", string manifest] => ImportChild.RunAsync(manifest),
        _ => throw new ArgumentException($"There is no part '{string.Join(' ', part)}'."),
    };
}
