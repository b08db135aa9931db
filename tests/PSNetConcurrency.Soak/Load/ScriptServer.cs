using PSNetConcurrency.Soak.Children;

namespace PSNetConcurrency.Soak.Load;

/// <summary>Start-TcpServer of the real module, with a script block that answers lines backwards.</summary>
internal static class ScriptServer
{
    public static FramedScenario Scenario()
    {
        // Lives as long as the process: the listener would end with it.
        return new FramedScenario("lines-script", FrameFormat.Line, start: () => new ModuleSession().One<NetListener>(
            "Start-TcpServer -FrameFormat Line { param($Message) $text = $Message.ToCharArray(); [array]::Reverse($text); [string]::new($text) }"));
    }
}
