namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Takes a pool of child processes as itself, or by the name or id it has in this session.</summary>
public sealed class ChildProcessPoolTransformAttribute : HandleTransformAttribute
{
    private protected override object? Find(int? id, string? name) => Find<ChildProcessPool>(id, name, p => p.Id, p => p.Name);

    private protected override string NotFound(object value) => $"There is no pool of child processes '{value}' in this session. Get-ChildProcessPool lists those there are.";
}
