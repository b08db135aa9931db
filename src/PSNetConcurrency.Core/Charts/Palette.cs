namespace PSNetConcurrency.Core.Charts;

/// <summary>A colour, with what is legible on it.</summary>
/// <param name="Rgb">Its red, green and blue.</param>
/// <param name="Terminal">The nearest of the 256 colours of xterm.</param>
internal readonly record struct ChartColor(int Rgb, int Terminal)
{
    public string Hex => $"#{Rgb:x6}";

    /// <summary>Whether black is more legible on it than white (WCAG 2.2, contrast ratio).</summary>
    public bool TakesBlack
    {
        get
        {
            double luminance = Luminance(Rgb);
            return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05);
        }
    }

    private static double Luminance(int rgb) => (0.2126 * Linear(rgb >> 16)) + (0.7152 * Linear((rgb >> 8) & 0xff)) + (0.0722 * Linear(rgb & 0xff));

    private static double Linear(int channel)
    {
        double share = channel / 255d;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }
}

/// <summary>
/// Colours that people with any kind of colour vision tell apart: those of M. Okabe and K. Ito, "Color Universal Design" (2008), without
/// black, and after them lighter and darker ones of the same hues. From the 22nd key on they repeat.
/// </summary>
internal static class Palette
{
    private static readonly ChartColor[] Colors =
    [
        new(0x56b4e9, 74), new(0xe69f00, 172), new(0x009e73, 35), new(0xcc79a7, 175), new(0xf0e442, 221), new(0x0072b2, 25), new(0xd55e00, 166),
        new(0xb4deF6, 153), new(0xf7d28a, 222), new(0x7fcfb9, 115), new(0xe8c1d7, 182), new(0xf9f4a8, 229), new(0x7fb8d8, 110), new(0xf0b48a, 216),
        new(0x2a6f9c, 24), new(0x8f6300, 94), new(0x00573f, 22), new(0x8a4a70, 96), new(0x9a9122, 100), new(0x003f63, 17), new(0x7f3800, 88),
    ];

    /// <summary>Grey: no key has it.</summary>
    public static ChartColor Overhead { get; } = new(0x8c959f, 246);

    public static ChartColor Of(int key) => key < 0 ? Overhead : Colors[key % Colors.Length];
}
