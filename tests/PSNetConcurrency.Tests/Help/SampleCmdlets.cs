using System.Management.Automation;

namespace PSNetConcurrency.Tests.Help;

public enum SampleKind
{
    Plain,
    Fancy,
}

/// <summary>A base class as the module's cmdlets have them: its parameters are documented here, once.</summary>
public abstract class SampleBase : PSCmdlet
{
    [Parameter]
    public double TimeoutSeconds { get; set; } = 2.5;

    [Parameter]
    public virtual string Name { get; set; } = "";
}

[Cmdlet(VerbsCommon.Set, "Sample", SupportsShouldProcess = true, DefaultParameterSetName = "ByName")]
[OutputType(typeof(int), typeof(string))]
public sealed class SetSampleCommand : SampleBase
{
    [Parameter(Mandatory = true, ParameterSetName = "ByName", Position = 0)]
    [Alias("Cn")]
    public override string Name { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "ById", ValueFromPipelineByPropertyName = true)]
    public int[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "ByName")]
    [Parameter(ParameterSetName = "ById")]
    public string Unit { get; set; } = "";

    [Parameter]
    public SampleKind Kind { get; set; } = SampleKind.Fancy;

    [Parameter]
    [ValidateRange(1, 9)]
    public int Level { get; set; }

    [Parameter]
    public object? Encoding { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }
}
