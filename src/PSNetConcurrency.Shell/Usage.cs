namespace PSNetConcurrency.Shell;

/// <summary>The texts the shell says of itself.</summary>
internal static class Usage
{
    public const string Help = """

        Usage: pwsh [-File] <script> [arguments]
               pwsh [options] [-Command <text> | -Command - | -EncodedCommand <base64>]

          -Command, -c              Run the rest of the command line; - reads commands from standard input.
          -CommandWithArgs, -cwa    Run one text; what follows it is in $args.
          -EncodedCommand, -e, -ec  Run the base64 form of UTF-16LE text.
          -File, -f                 Run a script; what follows the path is the script's. - reads standard input.
          -Interactive, -i          Prompts may ask (the default).
          -NonInteractive, -noni    Whatever would ask fails instead.
          -NoExit, -noe             Stay at the prompt afterwards.
          -NoLogo, -nol             No banner.
          -NoProfile, -nop          Accepted; this shell loads no profile.
          -WorkingDirectory, -wd    Start in this folder.
          -ExecutionPolicy, -ep     Accepted; it has a meaning on Windows only.
          -InputFormat, -OutputFormat   Text.
          -Version, -v              Print the version of the engine.
          -Help, -h, -?             Print this.

        This is PowerShell's engine with the PSNetConcurrency module imported. Select-Object, Format-Table, Write-Output,
        Get-Date, Start-Sleep, Set-Location and the like are not in it: they are part of an installed PowerShell.

        """;

    public static string Banner(Version version) => $"""
        PowerShell {version} engine, embedded, with PSNetConcurrency imported.
        Not in it: the Utility and Management cmdlets (Select-Object, Format-Table,
        Get-Date, Set-Location ...). An installed PowerShell has them all; there,
        Import-Module ./PSNetConcurrency.psd1. Get-Command lists what is here.

        """;
}
