using System.Management.Automation;

namespace PSNetConcurrency.Child;

/// <summary>Runs the child when its assembly is imported as a module.</summary>
public sealed class ModuleStart : IModuleAssemblyInitializer
{
    /// <summary>Runs the child; the process ends in it.</summary>
    public void OnImport() => ChildHost.Run();
}
