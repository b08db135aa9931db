using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Takes a pool of child processes as itself, or by the name or id it has in this session.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChildProcessPoolTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not (string or int))
        {
            return value;
        }
        return HandleRegistry.Get<ChildProcessPool>().FirstOrDefault(p => value is int id ? p.Id == id : p.Name.Equals((string)value, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentTransformationMetadataException($"There is no pool of child processes '{value}' in this session. Get-ChildProcessPool lists those there are.");
    }
}
