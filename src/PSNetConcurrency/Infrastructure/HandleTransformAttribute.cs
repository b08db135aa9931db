using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Takes something that was started in this session as itself, or by the name or id it has there.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class HandleTransformAttribute : ArgumentTransformationAttribute
{
    public sealed override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string or int ? Find(value as int?, value as string) ?? throw new ArgumentTransformationMetadataException(NotFound(value)) : value;
    }

    /// <summary>The one with that id, or with that name in whatever case.</summary>
    private protected abstract object? Find(int? id, string? name);

    private protected abstract string NotFound(object value);

    private protected static T? Find<T>(int? id, string? name, Func<T, int> idOf, Func<T, string> nameOf) where T : class =>
        HandleRegistry.Get<T>().FirstOrDefault(h => id is null ? nameOf(h).Equals(name, StringComparison.OrdinalIgnoreCase) : idOf(h) == id);
}
