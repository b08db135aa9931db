using CsCheck;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Core.Tests.Processes;

public class ProtocolTests
{
    private sealed class Collector : IFrameHandler
    {
        public List<(FrameKind Kind, byte[] Payload)> Frames { get; } = [];

        public void OnFrame(FrameKind kind, ReadOnlySpan<byte> payload) => Frames.Add((kind, payload.ToArray()));
    }

    [Fact]
    public void FramesArriveWholeHoweverTheyAreCut() =>
        Gen.Select(Gen.Byte.Array[0, 300].Array[1, 8], Gen.Int[1, 200]).Sample((payloads, cut) =>
        {
            WireWriter writer = new(1);
            foreach (byte[] payload in payloads)
            {
                int at = writer.BeginFrame(FrameKind.Records);
                writer.Raw(payload);
                writer.EndFrame(at);
            }
            Collector collector = new();
            FrameParser parser = new(collector);
            for (int i = 0; i < writer.Length; i += cut)
            {
                parser.Feed(writer.Written.Slice(i, Math.Min(cut, writer.Length - i)));
            }
            Assert.Equal(payloads, collector.Frames.Select(f => f.Payload));
        }, iter: 500);

    [Fact]
    public void TextComesBackAsItWas() =>
        Gen.Char.Array[0, 60].Sample(chars =>
        {
            string text = new(chars);
            WireWriter writer = new();
            writer.Text(text);
            writer.Text(null);
            WireReader reader = new(writer.Written);
            Assert.Equal(text, reader.Text());
            Assert.Null(reader.Text());
            Assert.Equal(0, reader.Left);
        }, iter: 2000);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void ALengthThatNoFrameHasIsRefused(int length) =>
        Assert.Throws<InvalidDataException>(() => new FrameParser(new Collector()).Feed([.. BitConverter.GetBytes(length), 1, 2]));

    [Fact]
    public void WhateverTheBytesAreReadingThemEndsOrThrowsInvalidData() =>
        Gen.Byte.Array[0, 80].Sample(bytes =>
        {
            try
            {
                WireReader reader = new(bytes);
                while (reader.Left > 0)
                {
                    _ = reader.Text();
                    _ = reader.Count(1);
                }
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 100_000);
}
