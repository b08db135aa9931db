# Behaves as users' tests do: real files in Pester's own folder, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Get-FileDigest' {
    BeforeAll {
        $folder = Join-Path $TestDrive 'get'
        $null = New-Item -ItemType Directory -Path $folder, (Join-Path $folder 'sub')
        $hello = Join-Path $folder 'hello.txt'
        Set-Content -LiteralPath $hello -Value 'hello' -NoNewline
        Set-Content -LiteralPath (Join-Path $folder '[x].txt') -Value 'other' -NoNewline
    }

    It 'agrees with Get-FileHash on <_>' -ForEach 'MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512' {
        (Get-FileDigest $hello -Algorithm $_).Hash | Should -BeExactly (Get-FileHash $hello -Algorithm $_).Hash
    }

    It 'gives an object for each algorithm' {
        $digests = Get-FileDigest $hello -Algorithm CRC32, XXH3, XXH128
        $digests.Algorithm | Should -Be 'CRC32', 'XXH3', 'XXH128'
        $digests.Hash | Should -Be '3610A686', '9555E8555C62DCFD', 'B5E9C1AD071B3E7FC779CFAA5E523818'
        $digests.ForEach{ $_.Length } | Should -Be 5, 5, 5
    }

    It 'takes files of Get-ChildItem, brackets and all, and passes over folders' {
        $digests = Get-ChildItem -LiteralPath $folder | Get-FileDigest | Sort-Object Path
        $digests.Path | Split-Path -Leaf | Should -Be '[x].txt', 'hello.txt'
    }

    It 'takes wildcards, and brackets literally with -LiteralPath' {
        Get-FileDigest (Join-Path $folder '*.txt') | Should -HaveCount 2
        Get-FileDigest -LiteralPath (Join-Path $folder '[x].txt') | Should -HaveCount 1
    }

    It 'gives each slice a digest, and the file that of these' {
        $digest = Get-FileDigest $hello -SliceSize 2
        $digest.Mode | Should -Be 'Slice'
        $digest.Slice.Offset | Should -Be 0, 2, 4
        $digest.Slice.ForEach{ $_.Length } | Should -Be 2, 2, 1
        $all = [byte[]] ($digest.Slice.Hash | ForEach-Object { [Convert]::FromHexString($_) })
        $digest.Hash | Should -Be (Get-FileHash -InputStream ([IO.MemoryStream]::new($all))).Hash
    }

    It 'samples the same blocks for the same key, and says what it proves' {
        $large = Join-Path $folder 'large.bin'
        [IO.File]::WriteAllBytes($large, [byte[]]::new(1MB))
        $first, $again, $other = 'a', 'a', 'b' | ForEach-Object { Get-FileDigest $large -SampleCount 10 -SampleSize 1KB -Key $_ }
        $again.Slice.Offset | Should -Be $first.Slice.Offset
        $other.Slice.Offset | Should -Not -Be $first.Slice.Offset
        $first.IsSampled | Should -BeTrue
        $first.Coverage | Should -Be (10 / 1024)
        $first.Guarantee | Should -BeLike '10 of 1024 blocks of 1024 bytes were read*'
        Remove-Item -LiteralPath $large
    }

    It 'reads a stream, and a range' {
        $stream = [IO.File]::OpenRead($hello)
        try {
            (Get-FileDigest -InputStream $stream).Hash | Should -Be (Get-FileHash $hello).Hash
        }
        finally {
            $stream.Dispose()
        }
        (Get-FileDigest $hello -Offset 1 -Length 3 -Algorithm CRC32).Length | Should -Be 3
    }

    It 'reports one error a file, and goes on' {
        $digests = Get-FileDigest (Join-Path $folder 'nothing'), $hello -ErrorVariable failures -ErrorAction SilentlyContinue
        $digests | Should -HaveCount 1
        $failures.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a folder by name'; Arguments = @{ Path = '.' } }
        @{ Name = 'a range beyond the end'; Arguments = @{ Offset = 6 } }
        @{ Name = 'a slice size for another mode'; Arguments = @{ Mode = 'Full'; SliceSize = 1 } }
    ) {
        Push-Location -LiteralPath $folder
        try {
            $all = @{ Path = 'hello.txt' }
            foreach ($key in $Arguments.Keys) { $all[$key] = $Arguments[$key] }
            { Get-FileDigest @all -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,*'
        }
        finally {
            Pop-Location
        }
    }
}

Describe 'Compare-FileDigest' {
    BeforeAll {
        $a = Join-Path $TestDrive 'a.bin'
        $b = Join-Path $TestDrive 'b.bin'
        $bytes = [byte[]]::new(500000)
        [IO.File]::WriteAllBytes($a, $bytes)
        $bytes[0] = $bytes[299999] = 1
        [IO.File]::WriteAllBytes($b, $bytes + [byte[]]::new(5))
    }

    It 'names the bytes in which two files differ' {
        $ranges = Compare-FileDigest $a $b
        $ranges.Offset | Should -Be 0, 299999, 500000
        $ranges.ForEach{ $_.Length } | Should -Be 1, 1, 5
        Compare-FileDigest $a $a | Should -BeNullOrEmpty
    }

    It 'names the slices, of digests that went through <_>' -ForEach 'Clixml', 'Json' {
        $digest = Get-FileDigest $b -SliceSize 1KB
        $file = Join-Path $TestDrive 'digest'
        $copy = if ($_ -eq 'Clixml') {
            $digest | Export-Clixml $file
            Import-Clixml $file
        }
        else {
            $digest | ConvertTo-Json -Depth 4 | ConvertFrom-Json
        }
        $ranges = $copy | Compare-FileDigest -ReferenceObject (Get-FileDigest $a -SliceSize 1KB)
        $ranges.Offset | Should -Be 0, 299008, 499712
        $ranges.ForEach{ $_.Length } | Should -Be 1024, 1024, 293
    }

    It 'takes files of Get-ChildItem' {
        $ranges = Get-ChildItem -Path $TestDrive -Filter *.bin | Compare-FileDigest -ReferencePath $a
        $ranges.DifferencePath | Select-Object -Unique | Should -Be $b
    }

    It 'refuses digests that have nothing to compare' {
        { Compare-FileDigest -ReferenceObject (Get-FileDigest $a) -DifferenceObject (Get-FileDigest $b -Algorithm MD5) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}

Describe 'Measure-DigestConfidence' {
    It 'tells that <Sample> samples find <Fraction> with 99 %' -ForEach @(
        @{ Fraction = 0.05; Sample = 90 }
        @{ Fraction = 0.01; Sample = 459 }
        @{ Fraction = 0.001; Sample = 4603 }
    ) {
        $odds = Measure-DigestConfidence -DamagedFraction $Fraction -SampleCount $Sample
        $odds.RequiredSample | Should -Be $Sample
        $odds.DetectionProbability | Should -BeGreaterOrEqual 0.99
    }

    It 'takes the file''s length from the pipeline' {
        $odds = [pscustomobject] @{ Length = 1000 } | Measure-DigestConfidence -SampleSize 10 -SampleCount 50 -DamagedFraction 0.01
        $odds.DetectionProbability | Should -BeGreaterThan 0.4999999
        $odds.Coverage | Should -Be 0.5
    }
}
