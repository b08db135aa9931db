<#
.SYNOPSIS
    Builds, tests, measures, documents and packs PSNetConcurrency.
.DESCRIPTION
    One or several tasks, in the order given. Runs in PowerShell 7.4 and later, and in the embedded shell of this
    repository, which has no Utility or Management cmdlets: so .NET calls stand where those would.
.PARAMETER Task
    Build      builds the solution; the module is importable from the clone afterwards
    Test       dotnet test, then the Pester suite where Pester 5 is installed
    Soak       runs the reliability campaign: servers under load and faults, children and transfers ended at random,
               malformed input at every door; prints what was done, and fails where anything was lost or rises
    Benchmark  runs the benchmarks
    Docs       writes docs/cmdlets from the doc comments
    Package    makes artifacts/PSNetConcurrency, the module as it is installed, and the .nupkg that a gallery takes
    Clean      removes what the other tasks made
.PARAMETER Configuration
    Debug or Release. Without it Package, Benchmark and Soak take Release, the others Debug.
.PARAMETER OutputPath
    The folder for packages.
.PARAMETER NoBuild
    Takes what is already built.
.PARAMETER Minutes
    How long Soak puts load on the module.
.PARAMETER Seed
    What Soak draws everything from: the one that a run printed repeats it.
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Soak -Minutes 2 -Seed 7
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ArgumentCompletions('Build', 'Test', 'Soak', 'Benchmark', 'Docs', 'Package', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration,

    [string] $OutputPath,

    [switch] $NoBuild,

    [ValidateRange(0.02, 10080)]
    [double] $Minutes = 10,

    [Nullable[long]] $Seed
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-StrictMode -Version Latest

$root = $PSScriptRoot
$solution = [IO.Path]::Combine($root, 'PSNetConcurrency.slnx')
$helpBuilder = [IO.Path]::Combine($root, 'tools', 'PSNetConcurrency.HelpBuilder')
$artifacts = if ($OutputPath) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputPath) } else { [IO.Path]::Combine($root, 'artifacts') }

# Each configuration is built once, however many tasks want it.
$built = @{}

function Build([string] $configuration) {
    if (-not $NoBuild -and -not $built[$configuration]) {
        dotnet build $solution --configuration $configuration
        $built[$configuration] = $true
    }
}

function Test {
    Build $debug
    dotnet test $solution --configuration $debug --no-build
    $pester = Get-Module -ListAvailable -Name Pester | Where-Object { $_.Version.Major -ge 5 }
    # Pester itself needs the Utility cmdlets, which the embedded shell lacks.
    if (-not $pester -or -not (Get-Command -Name Select-Object -ErrorAction Ignore)) {
        return 'The Pester suite was not run: it needs PowerShell with Pester 5 or later.'
    }
    $suite = [IO.Path]::Combine($root, 'tests', 'Pester').Replace("'", "''")
    & ([IO.Path]::Combine($PSHOME, 'pwsh')) -NoProfile -NonInteractive -Command "Import-Module Pester -MinimumVersion 5.0; Invoke-Pester -Path '$suite' -CI"
}

function Benchmark {
    dotnet run --project ([IO.Path]::Combine($root, 'benchmarks', 'PSNetConcurrency.Benchmarks')) --configuration $release
}

function Soak {
    Build $release
    $arguments = @('--minutes', $Minutes.ToString([cultureinfo]::InvariantCulture))
    if ($null -ne $Seed) {
        $arguments += '--seed', $Seed
    }
    dotnet run --project ([IO.Path]::Combine($root, 'tests', 'PSNetConcurrency.Soak')) --configuration $release --no-build -- @arguments
}

function Docs {
    Build $debug
    dotnet run --project $helpBuilder --configuration $debug --no-build -- docs
}

function CopyInto([string] $folder, [string] $target, [string] $pattern) {
    $null = [IO.Directory]::CreateDirectory($target)
    foreach ($file in [IO.Directory]::GetFiles($folder, $pattern)) {
        [IO.File]::Copy($file, [IO.Path]::Combine($target, [IO.Path]::GetFileName($file)), $true)
    }
}

function Package {
    Build $release
    $module = [IO.Path]::Combine($artifacts, 'PSNetConcurrency')
    if ([IO.Directory]::Exists($module)) {
        [IO.Directory]::Delete($module, $true)
    }
    CopyInto $root $module 'PSNetConcurrency.psd1'
    CopyInto $root $module 'LICENSE'
    CopyInto $root $module 'THIRD-PARTY-NOTICES.txt'
    CopyInto $root $module 'CHANGELOG.md'
    CopyInto ([IO.Path]::Combine($root, 'PSNetConcurrency', 'Formats')) ([IO.Path]::Combine($module, 'PSNetConcurrency', 'Formats')) '*.ps1xml'
    CopyInto ([IO.Path]::Combine($root, 'PSNetConcurrency', 'Types')) ([IO.Path]::Combine($module, 'PSNetConcurrency', 'Types')) '*.ps1xml'
    CopyInto ([IO.Path]::Combine($root, 'PSNetConcurrency', 'bin')) ([IO.Path]::Combine($module, 'PSNetConcurrency', 'bin')) '*.dll'
    CopyInto ([IO.Path]::Combine($root, 'en-US')) ([IO.Path]::Combine($module, 'en-US')) '*'
    if (-not [IO.File]::Exists([IO.Path]::Combine($module, 'en-US', 'PSNetConcurrency.dll-Help.xml'))) {
        throw 'The help is not built: run this task without -NoBuild.'
    }
    $nuspec = [IO.Path]::Combine($artifacts, 'PSNetConcurrency.nuspec')
    [IO.File]::WriteAllText($nuspec, (Nuspec (Test-ModuleManifest ([IO.Path]::Combine($module, 'PSNetConcurrency.psd1')))))
    try {
        # The warning that is silenced wants assemblies in lib, where a project would look and PowerShell does not.
        dotnet pack $nuspec --output $artifacts --property NoWarn=NU5100
    }
    finally {
        [IO.File]::Delete($nuspec)
    }
}

# What Publish-PSResource writes: the tags are how a gallery finds a module by its commands.
function Nuspec([psmoduleinfo] $manifest) {
    $data = $manifest.PrivateData.PSData
    $names = [string[]] $manifest.ExportedCmdlets.Keys
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $tags = ($data.Tags + 'PSModule' + 'PSIncludes_Cmdlet' + $names.ForEach{ "PSCmdlet_$_" }) -join ' '
    $commands = $names.ForEach{ "PSCommand_$_" } -join ' '
    # A gallery refuses tags of more than 4000 characters.
    if ($tags.Length + $commands.Length -lt 4000) {
        $tags += " $commands"
    }
    $text = { [Security.SecurityElement]::Escape($args[0]) }
    @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>$($manifest.Name)</id>
    <version>$($manifest.Version)</version>
    <authors>$(& $text $manifest.Author)</authors>
    <owners>$(& $text $manifest.CompanyName)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <license type="expression">MIT</license>
    <description>$(& $text $manifest.Description)</description>
    <releaseNotes>$(& $text $data.ReleaseNotes)</releaseNotes>
    <copyright>$(& $text $manifest.Copyright)</copyright>
    <tags>$(& $text $tags)</tags>
  </metadata>
  <files>
    <file src="PSNetConcurrency/**" target="" />
  </files>
</package>
"@
}

function Clean {
    $folders = @($artifacts; [IO.Path]::Combine($root, 'PSNetConcurrency', 'bin'))
    foreach ($area in 'src', 'tests', 'tools', 'benchmarks') {
        $path = [IO.Path]::Combine($root, $area)
        if ([IO.Directory]::Exists($path)) {
            $folders += [IO.Directory]::GetDirectories($path).ForEach{ [IO.Path]::Combine($_, 'bin'); [IO.Path]::Combine($_, 'obj'); [IO.Path]::Combine($_, 'TestResults') }
        }
    }
    foreach ($folder in $folders.Where{ [IO.Directory]::Exists($_) }) {
        [IO.Directory]::Delete($folder, $true)
    }
    [IO.File]::Delete([IO.Path]::Combine($root, 'en-US', 'PSNetConcurrency.dll-Help.xml'))
    $built.Clear()
}

$debug = if ($Configuration) { $Configuration } else { 'Debug' }
$release = if ($Configuration) { $Configuration } else { 'Release' }

# pwsh -File hands "Build,Test" over as one string.
foreach ($name in $Task.ForEach{ $_.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries') }) {
    switch ($name) {
        'Build' { Build $debug }
        'Test' { Test }
        'Soak' { Soak }
        'Benchmark' { Benchmark }
        'Docs' { Docs }
        'Package' { Package }
        'Clean' { Clean }
        default { throw "There is no task '$name'. The tasks are Build, Test, Soak, Benchmark, Docs, Package and Clean." }
    }
}
