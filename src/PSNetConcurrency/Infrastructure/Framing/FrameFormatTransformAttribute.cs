using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Framing;

/// <summary>Takes a frame format by its name, with the reason told where it is none.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FrameFormatTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value is FrameFormat format ? format : FrameFormat.Parse(value switch
            {
                // 'LengthField,2,Little' without quotes is an array to PowerShell.
                object[] words => string.Join(',', words),
                _ => value?.ToString() ?? "",
            });
        }
        catch (NetException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}
