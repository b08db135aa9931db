using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Scheduling;

/// <summary>Takes an empty cell of a CSV file, which would be 0 to PowerShell, as the value that stands for nothing given.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlankTransformAttribute(double missing) : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text && string.IsNullOrWhiteSpace(text) ? missing : inputData;
}
