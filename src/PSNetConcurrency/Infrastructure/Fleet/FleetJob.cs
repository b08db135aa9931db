using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSNetConcurrency.Core.Processes.Protocol;
using PSNetConcurrency.Infrastructure.Processes;
using PSNetConcurrency.Infrastructure.Scripting;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>What a fleet runs, made ready once on the pipeline thread: the script's text, and its values as bytes.</summary>
internal sealed class FleetJob
{
    /// <summary>
    /// What runs around it on a node. It calls once whatever it calls when it counts, so that this is compiled and bound by then.
    /// What that writes comes before the agent's measurement, and is left out. The names are such that no script means them.
    /// </summary>
    public const string Wrapper =
        """
        param($__plan, $__text, $__values, $__assembly, $__version)
        begin {
            $__type = $null
            foreach ($__a in [AppDomain]::CurrentDomain.GetAssemblies()) {
                if ($__a.GetName().Name -eq 'PSNetConcurrency.Child' -and $__a.ManifestModule.ModuleVersionId.ToString() -eq $__version) { $__type = $__a.GetType('PSNetConcurrency.Child.FleetHost') }
            }
            if (-not $__type) { $__type = [Reflection.Assembly]::Load([byte[]]$__assembly).GetType('PSNetConcurrency.Child.FleetHost') }
            $__fleet = [Activator]::CreateInstance($__type, [object[]]@($__plan, [byte[]]$__values))
            $__arguments = $__fleet.Arguments
            $__script = [scriptblock]::Create($__text)
            $__warm = [scriptblock]::Create('$__fleet.WaitLast(); [DateTime]::UtcNow; [DateTime]::UtcNow.Ticks; "$(1 + 1)"; foreach ($__i in @(1, 2)) { @{ A = $__i } }; 1, 2 | & { process { $_ } }')
            $__run = { param($__called) try { $__type::EnterTry($ExecutionContext); & $__called @__arguments } finally { $__fleet.End() } }
            . $__run $__warm
            $__fleet.Begin($__script, $ExecutionContext.SessionState.PSVariable)
        }
        process { $__fleet.Take($_) }
        end {
            if (-not $__fleet.IsArmed) { return }
            $__fleet.WaitNear()
            $_ = $null
            . $__run $__script
        }
        """;

    private const string Wait = "$__fleet.WaitLast();";

    private static readonly Lazy<string> Version = new(() =>
    {
        using MemoryStream assembly = new(Bootstrap.ChildAssembly);
        using System.Reflection.PortableExecutable.PEReader reader = new(assembly);
        System.Reflection.Metadata.MetadataReader metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(reader);
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid).ToString();
    });

    private FleetJob(string script, byte[] values) => (Script, Values) = (script, values);

    /// <summary>The text of the script, $using: resolved; the first thing it does is to wait for its time.</summary>
    public string Script { get; }

    public byte[] Values { get; }

    /// <exception cref="Core.Net.NetException">ArgumentNotSerializable; InvalidArgument: a variable of $using: is not set.</exception>
    public static FleetJob Create(ScriptBlock block, IReadOnlyList<object?> arguments, PSCmdlet cmdlet)
    {
        UsingVariables script = UsingVariables.Resolve(block, cmdlet.SessionState.PSVariable);
        WireWriter writer = new();
        writer.Int32(arguments.Count);
        for (int i = 0; i < arguments.Count; i++)
        {
            JobEncoder.Write(writer, arguments[i], $"argument {i + 1}");
        }
        writer.Int32(script.Values.Count);
        foreach ((string name, object? value) in script.Values)
        {
            writer.Text(name);
            JobEncoder.Write(writer, value, $"variable {name}");
        }
        return new FleetJob(WithWait(script.Script), writer.Buffer.AsSpan(0, writer.Length).ToArray());
    }

    /// <summary>The parameters of <see cref="Wrapper"/>; the assembly only where the node does not have it from its start.</summary>
    public Hashtable Parameters(string plan, bool withAssembly) => new()
    {
        ["__plan"] = plan,
        ["__text"] = Script,
        ["__values"] = Values,
        ["__assembly"] = withAssembly ? Bootstrap.ChildAssembly : null,
        ["__version"] = Version.Value,
    };

    // On the line of the first statement, so that lines keep their numbers.
    private static string WithWait(string script)
    {
        ScriptBlockAst ast = Parser.ParseInput(script, out _, out _);
        NamedBlockAst? block = ast.BeginBlock ?? ast.ProcessBlock ?? ast.EndBlock;
        int[] first = [.. new IEnumerable<Ast>?[] { block?.Statements, block?.Traps }.SelectMany(a => a ?? []).Select(a => a.Extent.StartOffset)];
        int at = first.Length > 0 ? first.Min()
            : block is { Unnamed: false } ? block.Extent.EndOffset - 1
            : script.Length;
        // At the end, a comment may be before it.
        return script.Insert(at, first.Length > 0 ? Wait : $"\n{Wait}");
    }
}
