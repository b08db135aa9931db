using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Framing;

/// <summary>The base of the cmdlets that pack and unpack by a format of Python's struct.</summary>
public abstract class StructCommand : NetCmdlet
{
    private StructFormat? _compiled;

    /// <summary>The format, as Python's struct has it: a byte order (@ = &lt; &gt; !), then codes with counts, such as '&gt;IHB16s'. about_PSNetConcurrency_Struct lists the codes.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StructFormatCompleter))]
    public string Format { get; set; } = "";

    /// <summary>The names of the values, one for each. x takes none; 3h takes three; 16s takes one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Whose native sizes hold where the format begins with @ or no prefix. The default is this system's: LP64 on 64-bit Linux and macOS, LLP64 on 64-bit Windows, where l and L have 4 bytes. The byte order is this machine's in any case.</summary>
    /// <value>this system's</value>
    [Parameter]
    public StructDataModel DataModel { get; set; } = StructFormat.CurrentDataModel;

    /// <summary>The format, compiled when the pipeline begins.</summary>
    internal StructFormat Compiled => _compiled!;

    protected override Task BeginAsync()
    {
        StructFormat format = StructFormat.Parse(Format, DataModel);
        _compiled = Name is null ? format : format.WithNames(Name);
        return Task.CompletedTask;
    }
}
