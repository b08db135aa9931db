using System.Globalization;
using System.Security;

namespace PSNetConcurrency.Core.Charts;

/// <summary>Text and numbers in XML and HTML.</summary>
internal static class Markup
{
    /// <summary>Text as the content of an element or the value of an attribute. No text can end either.</summary>
    public static string Escape(string text) => SecurityElement.Escape(text.Replace('\ufffe', '\ufffd').Replace('\uffff', '\ufffd'))!;

    /// <summary>A coordinate, to a hundredth of a pixel.</summary>
    public static string Pixel(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
