using System.Management.Automation;
using System.Net;
using System.Security;

namespace PSNetConcurrency.Infrastructure.Files;

/// <summary>Takes a secret as a SecureString, or as plain text where a script has it so.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        SecureString secret => secret,
        string text => new NetworkCredential("", text).SecurePassword,
        PSCredential credential => credential.Password,
        _ => throw new ArgumentTransformationMetadataException("A secret is a SecureString (Read-Host -AsSecureString), a credential or a string."),
    };

    /// <summary>The secret as the engine takes it; null where there is none.</summary>
    internal static Core.Transfer.Wire.SharedSecret? Reveal(SecureString? secret) => secret is null ? null : new Core.Transfer.Wire.SharedSecret(new NetworkCredential("", secret).Password);
}
