using System.Management.Automation;
using System.Management.Automation.Host;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Infrastructure.Chat;

/// <summary>What the host shows text on.</summary>
internal static class HostScreen
{
    /// <summary>Its width; null for a host without a screen.</summary>
    public static int? Columns(PSHost host)
    {
        try
        {
            return host.UI?.RawUI is { } screen && screen.WindowSize.Width is > 0 and int width ? width : null;
        }
        catch (Exception e) when (e is HostException or NotImplementedException or NotSupportedException or PSNotSupportedException or IOException)
        {
            return null;
        }
    }

    /// <summary>What $PSStyle says of escape sequences in output: Host, PlainText or Ansi; null where there is no $PSStyle.</summary>
    public static string? OutputRendering(SessionState state) => state.PSVariable.GetValue("PSStyle") is { } style
        ? PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value?.ToString()
        : null;

    /// <summary>Whether text may have colours: no NO_COLOR, and $PSStyle.OutputRendering Ansi, or Host and a terminal that shows them.</summary>
    public static bool ShowsColor(PSHost host, SessionState state) => ConsoleTerminal.AllowsColor && OutputRendering(state) switch
    {
        "Ansi" => true,
        "PlainText" => false,
        // PowerShellStandard knows the interface of 5.1 only.
        _ => !Console.IsOutputRedirected && host.UI is { } ui && PSObject.AsPSObject(ui).Properties["SupportsVirtualTerminal"]?.Value is true,
    };
}
