# Behaves as users' scripts do: objects in, bytes out, and back.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'ConvertTo-StructByte' {
    It 'packs the values of the pipeline into one byte array' {
        $bytes = 1, 514, 255, 'name' | ConvertTo-StructByte '>IHB8s'
        $bytes.GetType() | Should -Be ([byte[]])
        [Convert]::ToHexString($bytes) | Should -Be '000000010202FF6E616D6500000000'
    }

    It 'packs objects by the names of their properties, one record each' {
        $csv = 'Id,Level', '1,2.5', '2,-1' | ConvertFrom-Csv
        $records = @($csv | ConvertTo-StructByte '<Hd' -Name Id, Level)
        $records.Count | Should -Be 2
        $records.ForEach{ $_.Length } | Should -Be 10, 10
    }

    It 'packs ordered hashtables as well' {
        [Convert]::ToHexString(([ordered]@{ b = 2; a = 1 } | ConvertTo-StructByte BB -Name a, b)) | Should -Be '0102'
    }

    It 'writes into a buffer, which stays the same array' {
        $buffer = [byte[]](9, 9, 9, 9)
        $null = 258 | ConvertTo-StructByte '>H' -Buffer $buffer -Offset 1
        $buffer | Should -Be 9, 1, 2, 9
    }

    It 'makes records one after the other with -Iterate' {
        @(1..6 | ConvertTo-StructByte '3B' -Iterate).Count | Should -Be 2
    }

    It 'names the value that is out of range' {
        { 1, 70000 | ConvertTo-StructByte '>HH' } | Should -Throw -ErrorId 'InvalidArgument,*' -ExpectedMessage '*is 70000*0 to 65535*'
    }

    It 'tells too few and too many values' {
        { 1 | ConvertTo-StructByte '>HH' } | Should -Throw -ErrorId 'InvalidArgument,*' -ExpectedMessage '*2 values, and got 1*'
        { 1..3 | ConvertTo-StructByte '>HH' } | Should -Throw -ErrorId 'InvalidArgument,*' -ExpectedMessage '*2 values, and got 3*'
    }

    It 'goes on after an object that does not fit' {
        $records = @(@{ a = 1 }, @{ a = 300 }, @{ a = 3 } | ConvertTo-StructByte B -Name a -ErrorAction SilentlyContinue -ErrorVariable failed)
        $records.Count | Should -Be 2
        $failed.Count | Should -Be 1
    }
}

Describe 'ConvertFrom-StructByte' {
    It 'unpacks bytes that the pipeline unrolled' {
        [byte[]](0, 0, 1, 2) | ConvertFrom-StructByte '>I' | Should -Be 258
    }

    It 'gives objects with names' {
        $row = ConvertFrom-StructByte '<H4s' ([byte[]](1, 0, 97, 98, 0, 0)) -Name id, word -AsText
        $row.id | Should -Be 1
        $row.word | Should -BeExactly 'ab'
    }

    It 'reads a table' {
        $rows = [byte[]](1, 0, 2, 0, 3, 0) | ConvertFrom-StructByte '<H' -Name n -Iterate
        $rows.n | Should -Be 1, 2, 3
    }

    It 'wants the exact size, unless it is told otherwise' {
        { [byte[]](1, 2, 3) | ConvertFrom-StructByte '<H' -ErrorAction Stop } | Should -Throw -ErrorId 'SizeMismatch,*' -ExpectedMessage '*takes 2 bytes, and there are 3*'
        [byte[]](1, 0, 3) | ConvertFrom-StructByte '<H' -AllowTrailingByte | Should -Be 1
    }

    It 'reads a file''s header' {
        $file = Join-Path $TestDrive 'header.bin'
        [IO.File]::WriteAllBytes($file, [byte[]](0xCA, 0xFE, 0, 5, 104))
        $header = ConvertFrom-StructByte '>HH' ([IO.File]::ReadAllBytes($file)) -Name magic, length -AllowTrailingByte
        $header.magic | Should -Be 0xCAFE
        $header.length | Should -Be 5
    }

    It 'gives back what was packed' {
        $values = 1, -2, 3.5, 'text'
        $values | ConvertTo-StructByte '<Hid4s' | ConvertFrom-StructByte '<Hid4s' -AsText | Should -Be $values
    }
}

Describe 'Measure-StructFormat' {
    It 'tells size, alignment and offsets' {
        $format = Measure-StructFormat 'bhiq' -Name kind, port, count, time
        $format.Size | Should -Be 16
        $format.Alignment | Should -Be 8
        $format.Field.Offset | Should -Be 0, 2, 4, 8
        $format.Field.Name | Should -Be kind, port, count, time
    }

    It 'knows other systems'' sizes' {
        (Measure-StructFormat l -DataModel LP64).Size | Should -Be 8
        (Measure-StructFormat l -DataModel LLP64).Size | Should -Be 4
    }

    It 'tells where a format is wrong' {
        { Measure-StructFormat '>IzH' } | Should -Throw -ErrorId 'InvalidArgument,*' -ExpectedMessage "*character 3, 'z'*"
    }
}
