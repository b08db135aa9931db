# The tables of what the examples write. They import it where it lies beside them; without it the same objects are lists.
@{
    ModuleVersion     = '0.1.0'
    GUID              = '7f0c7f4a-6d0b-4c5b-9d3e-0d3a6f6c2b51'
    Author            = 'PSNetConcurrency contributors'
    Description       = 'Views for the examples of PSNetConcurrency.'
    PowerShellVersion = '7.4'
    FormatsToProcess  = 'Examples.format.ps1xml'
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
