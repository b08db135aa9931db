using System.Buffers;
using System.Buffers.Binary;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing
{
    /// <summary>A length in 1, 2, 3, 4 or 8 bytes, then as many bytes of payload.</summary>
    internal sealed class LengthFieldFormat : FrameFormat
    {
        private readonly int _fieldLength;
        private readonly ByteOrder _order;

        public LengthFieldFormat(int fieldLength, ByteOrder order, int maximum)
            : base(maximum)
        {
            _fieldLength = fieldLength is 1 or 2 or 3 or 4 or 8
                ? fieldLength
                : throw new NetException(NetError.InvalidArgument, $"A length field has 1, 2, 3, 4 or 8 bytes, not {fieldLength}.", fieldLength);
            if (maximum < fieldLength)
            {
                throw new NetException(NetError.InvalidArgument, $"The maximum frame length, {maximum}, is below the length field's own {fieldLength} bytes.", maximum);
            }
            _order = order;
        }

        public override string Kind => "LengthField";

        public override string ToString() => $"{Kind},{_fieldLength},{_order}";

        public override FrameFormat WithMaximum(int maximumFrameLength) => new LengthFieldFormat(_fieldLength, _order, maximumFrameLength);

        public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
        {
            if (_fieldLength < 4 && payload.Length >> (8 * _fieldLength) != 0)
            {
                throw new NetException(NetError.MessageTooLarge, $"A message of {payload.Length} bytes does not fit a length field of {_fieldLength} bytes.", payload.Length);
            }
            Span<byte> number = stackalloc byte[8];
            if (_order == ByteOrder.Big)
            {
                BinaryPrimitives.WriteInt64BigEndian(number, payload.Length);
                output.Write(number[(8 - _fieldLength)..]);
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(number, payload.Length);
                output.Write(number[.._fieldLength]);
            }
            output.Write(payload);
        }

        internal override bool TryFind(ReadOnlySpan<byte> data, ref int searched, out FrameBounds frame)
        {
            frame = default;
            if (data.Length < _fieldLength)
            {
                return false;
            }
            ulong length = Read(data[.._fieldLength], _order);
            if (length > (ulong)(MaximumFrameLength - _fieldLength))
            {
                throw TooLarge(length, data);
            }
            if ((ulong)(data.Length - _fieldLength) < length)
            {
                return false;
            }
            frame = new FrameBounds(_fieldLength, (int)length, _fieldLength + (int)length);
            return true;
        }

        private static ulong Read(ReadOnlySpan<byte> field, ByteOrder order)
        {
            ulong value = 0;
            for (int i = 0; i < field.Length; i++)
            {
                value = (value << 8) | field[order == ByteOrder.Big ? i : field.Length - 1 - i];
            }
            return value;
        }

        // A bogus length is most often text, or the other byte order: say so.
        private NetException TooLarge(ulong length, ReadOnlySpan<byte> data)
        {
            ReadOnlySpan<byte> field = data[.._fieldLength];
            ulong other = Read(field, _order == ByteOrder.Big ? ByteOrder.Little : ByteOrder.Big);
            string hint = field.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? $" The field reads '{System.Text.Encoding.ASCII.GetString(field)}': the peer seems to send text without such a header."
                : other <= (ulong)(MaximumFrameLength - _fieldLength) ? $" In the other byte order it would be {other}."
                : "";
            return new NetException(NetError.MessageTooLarge,
                $"The length field {Convert.ToHexString(field)} announces {length} bytes; the limit is {MaximumFrameLength} with the header.{hint}", length);
        }
    }
}

namespace PSNetConcurrency
{
    /// <summary>Which byte of a number comes first.</summary>
    public enum ByteOrder
    {
        /// <summary>The most significant, as the internet's protocols have it.</summary>
        Big,

        /// <summary>The least significant, as x86 and ARM have it.</summary>
        Little,
    }
}
