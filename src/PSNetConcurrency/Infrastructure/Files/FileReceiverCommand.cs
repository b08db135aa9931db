using System.Management.Automation;
using System.Security;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Wire;
using PSNetConcurrency.Infrastructure.Framing;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Infrastructure.Files;

/// <summary>The base of the cmdlets that receive files: where they go, what is taken, and from whom.</summary>
public abstract class FileReceiverCommand : TcpListenerCommand
{
    /// <summary>The folder that files are stored in; it must exist. The default is the current location.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>What to do when a file of that name exists: Fail (the default) refuses it, Overwrite replaces it once the new one is complete and verified, Rename keeps both, Skip keeps the old one and takes nothing.</summary>
    [Parameter]
    public FileConflict Conflict { get; set; }

    /// <summary>The longest file taken, in bytes. The default is 1 TB. What the volume has no room for is refused before any of it is sent.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long MaximumBytes { get; set; } = ReceiveOptions.DefaultMaximumBytes;

    /// <summary>The most files and folders taken over one connection. The default is 1000000.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumFile { get; set; } = 1_000_000;

    /// <summary>A secret that senders must know: a SecureString, or text. Each side proves to the other that it knows it, and it is never sent. Beyond loopback it takes TLS.</summary>
    [Parameter]
    [SecretTransform]
    [ValidateNotNull]
    public SecureString? SharedSecret { get; set; }

    /// <summary>The SHA-256 (or SHA-1) thumbprints of the certificates that senders may show; others are turned away in the TLS handshake. Takes -Certificate or -SelfSigned.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AllowedThumbprint { get; set; } = [];

    /// <summary>The dictionary frames that plain peers send, where their keys or byte order are not the usual ones: a format of New-FrameFormat -Kind Dictionary. Senders of this module need the same.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    public FrameFormat? FrameFormat { get; set; }

    protected override string ListenerKind => "FileServer";

    protected override TcpServerOptions CreateOptions()
    {
        TcpServerOptions options = base.CreateOptions() with { AllowedThumbprints = [.. AllowedThumbprint.Select(CertificatePin.Normalize)] };
        if (AllowedThumbprint.Length > 0 && options.Certificate is null)
        {
            throw new NetException(NetError.InvalidArgument, "-AllowedThumbprint takes TLS: give -Certificate or -SelfSigned.", AllowedThumbprint);
        }
        if (SharedSecret is not null && options.Certificate is null && !System.Net.IPAddress.IsLoopback(options.Address))
        {
            throw new NetException(NetError.InsecureConnection, "-SharedSecret beyond loopback takes TLS: give -Certificate or -SelfSigned. Without, whoever stands between could take the connection over after the proof.", options.Address.ToString());
        }
        return options;
    }

    internal ReceiveOptions CreateReceiveOptions() => new()
    {
        Destination = FilePaths.Literal(this, Destination),
        Conflict = Conflict,
        MaximumBytes = MaximumBytes,
        MaximumFile = MaximumFile,
        Secret = SecretTransformAttribute.Reveal(SharedSecret),
        Format = AsDictionary(FrameFormat),
    };

    /// <summary>The dictionary format given, or the usual one.</summary>
    internal static DictionaryFormat AsDictionary(FrameFormat? format) => format switch
    {
        null => new DictionaryFormat(PSNetConcurrency.FrameFormat.DefaultMaximum),
        DictionaryFormat dictionary => dictionary,
        _ => throw new NetException(NetError.InvalidArgument, $"Files are sent in dictionary frames; '{format}' is another format. Make one with New-FrameFormat -Kind Dictionary.", format),
    };
}
