using System.IO.Hashing;
using System.Security.Cryptography;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency
{
    /// <summary>How a digest is computed.</summary>
    public enum DigestAlgorithm
    {
        /// <summary>MD5 (RFC 1321), 16 bytes: for old peers. Broken against forgery.</summary>
        MD5,

        /// <summary>SHA-1 (FIPS 180-4), 20 bytes: for old peers. Broken against forgery.</summary>
        SHA1,

        /// <summary>SHA-256 (FIPS 180-4), 32 bytes: what most published digests are.</summary>
        SHA256,

        /// <summary>SHA-384 (FIPS 180-4), 48 bytes.</summary>
        SHA384,

        /// <summary>SHA-512 (FIPS 180-4), 64 bytes.</summary>
        SHA512,

        /// <summary>CRC-32 (ISO 3309, as in zip and gzip), 4 bytes: finds accidents, not forgery.</summary>
        CRC32,

        /// <summary>XXH3 with 64 bits, 8 bytes: as fast as memory; finds accidents, not forgery.</summary>
        XXH3,

        /// <summary>XXH3 with 128 bits, 16 bytes: as fast as memory; finds accidents, not forgery.</summary>
        XXH128,
    }
}

namespace PSNetConcurrency.Core.Transfer.Digests
{
    /// <summary>A digest that grows with what is appended, one way for all algorithms. Not for several threads at once.</summary>
    internal abstract class ContentHash : IDisposable
    {
        /// <summary>The longest digest of any algorithm, in bytes.</summary>
        public const int LongestLength = 64;

        /// <summary>The digest's length in bytes.</summary>
        public abstract int Length { get; }

        public static ContentHash Create(DigestAlgorithm algorithm) => algorithm switch
        {
            DigestAlgorithm.MD5 => new Cryptographic(HashAlgorithmName.MD5),
            DigestAlgorithm.SHA1 => new Cryptographic(HashAlgorithmName.SHA1),
            DigestAlgorithm.SHA256 => new Cryptographic(HashAlgorithmName.SHA256),
            DigestAlgorithm.SHA384 => new Cryptographic(HashAlgorithmName.SHA384),
            DigestAlgorithm.SHA512 => new Cryptographic(HashAlgorithmName.SHA512),
            DigestAlgorithm.CRC32 => new Crc(),
            DigestAlgorithm.XXH3 => new Plain(new XxHash3()),
            DigestAlgorithm.XXH128 => new Plain(new XxHash128()),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, null),
        };

        public abstract void Append(ReadOnlySpan<byte> data);

        /// <summary>The digest of all that was appended; more may be appended after.</summary>
        public abstract void GetCurrent(Span<byte> digest);

        /// <summary>The digest of all that was appended; what follows begins a new one.</summary>
        public abstract void GetAndReset(Span<byte> digest);

        /// <summary>As <see cref="GetCurrent(Span{byte})"/>, in an array of its own.</summary>
        public byte[] GetCurrent()
        {
            byte[] digest = new byte[Length];
            GetCurrent(digest);
            return digest;
        }

        /// <summary>As <see cref="GetAndReset(Span{byte})"/>, in an array of its own.</summary>
        public byte[] GetAndReset()
        {
            byte[] digest = new byte[Length];
            GetAndReset(digest);
            return digest;
        }

        public void Dispose()
        {
            Dispose(disposing: true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
        }

        private sealed class Cryptographic(HashAlgorithmName name) : ContentHash
        {
            private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

            public override int Length => _hash.HashLengthInBytes;

            public override void Append(ReadOnlySpan<byte> data) => _hash.AppendData(data);

            public override void GetCurrent(Span<byte> digest) => _hash.GetCurrentHash(digest);

            public override void GetAndReset(Span<byte> digest) => _hash.GetHashAndReset(digest);

            protected override void Dispose(bool disposing)
            {
                _hash.Dispose();
                base.Dispose(disposing);
            }
        }

        private class Plain(NonCryptographicHashAlgorithm hash) : ContentHash
        {
            public override int Length => hash.HashLengthInBytes;

            public override void Append(ReadOnlySpan<byte> data) => hash.Append(data);

            public override void GetCurrent(Span<byte> digest) => hash.GetCurrentHash(digest);

            public override void GetAndReset(Span<byte> digest) => hash.GetHashAndReset(digest);
        }

        // The library gives its bytes last first; people and other programs write the number's most significant first.
        private sealed class Crc() : Plain(new Crc32())
        {
            public override void GetCurrent(Span<byte> digest)
            {
                base.GetCurrent(digest);
                digest[..4].Reverse();
            }

            public override void GetAndReset(Span<byte> digest)
            {
                base.GetAndReset(digest);
                digest[..4].Reverse();
            }
        }
    }
}
