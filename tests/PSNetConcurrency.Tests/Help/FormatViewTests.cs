using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PSNetConcurrency.HelpBuilder;

namespace PSNetConcurrency.Tests.Help;

public class FormatViewTests
{
    private const int ScreenWidth = 120;

    // The width of a terminal that nobody has widened, and of what is redirected; its last place stays empty.
    private const int SmallScreenWidth = 79;

    // What a column without a width of its own needs to say anything.
    private const int LeastWidth = 12;
    private const int LeastSmallWidth = 8;

    private static readonly List<XElement> s_views = [.. Directory.GetFiles(ModuleUnderTest.PathOf("PSNetConcurrency", "Formats")).SelectMany(f => XDocument.Load(f).Descendants("View"))];

    public static TheoryData<string> OutputTypes => new(ModuleUnderTest.Cmdlets
        .SelectMany(c => c.Outputs).Select(o => o.Type ?? "").Where(NeedsView).Distinct().Order(StringComparer.Ordinal).DefaultIfEmpty(""));

    public static TheoryData<string> Tables => new(s_views.Where(v => v.Element("TableControl") is not null).Select(v => (string)v.Element("Name")!).DefaultIfEmpty(""));

    [Theory]
    [MemberData(nameof(OutputTypes))]
    public void Every_output_type_has_a_table_and_a_list(string type)
    {
        if (type.Length > 0)
        {
            Assert.All(["TableControl", "ListControl"], control =>
                Assert.True(s_views.Exists(v => v.Element(control) is not null && Selects(v, type)), $"PSNetConcurrency/Formats has no {control} for {type}"));
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_table_fits_the_screen(string name)
    {
        foreach (XElement table in s_views.Where(v => (string?)v.Element("Name") == name).Elements("TableControl"))
        {
            Assert.True(table.Element("AutoSize") is null, "AutoSize holds every object back until the last has come.");
            List<int?> widths = [.. table.Descendants("TableColumnHeader").Select(h => h.Element("Width") is { } w ? int.Parse(w.Value, CultureInfo.InvariantCulture) : (int?)null)];
            Assert.Equal(widths.Count, table.Descendants("TableRowEntry").First().Descendants("TableColumnItem").Count());
            Assert.InRange(widths.Count(w => w is null), 0, 1);
            Assert.InRange(widths.Sum(w => w ?? LeastWidth) + widths.Count - 1, 1, ScreenWidth);
        }
    }

    // PowerShell leaves out what is beyond the screen, and narrows the last column that is not, down to a letter.
    [Theory]
    [MemberData(nameof(Tables))]
    public void No_column_is_cut_on_a_small_screen(string name)
    {
        foreach (XElement table in s_views.Where(v => (string?)v.Element("Name") == name).Elements("TableControl"))
        {
            List<int> ends = [];
            int end = -1;
            foreach ((XElement header, XElement item) in table.Descendants("TableColumnHeader").Zip(table.Descendants("TableColumnItem")))
            {
                string label = (string?)header.Element("Label") ?? (string)item.Element("PropertyName")!;
                int width = (int?)header.Element("Width") ?? Math.Max(LeastSmallWidth, label.Length);
                Assert.True(label.Length <= width, $"{name}: the label {label} is wider than its column");
                ends.Add(end += 1 + width);
            }
            Assert.True(end <= SmallScreenWidth || ends.Contains(SmallScreenWidth), $"{name}: columns end at {string.Join(", ", ends)}; the last, or one that all others are left out after, at {SmallScreenWidth}");
        }
    }

    [Fact]
    public void Views_are_named_once() => Assert.All(s_views.GroupBy(v => (string?)v.Element("Name")), g => Assert.Single(g));

    [Fact]
    public void Views_show_properties_that_exist()
    {
        foreach (XElement view in s_views)
        {
            foreach (Type type in view.Descendants("TypeName").Select(t => Find(t.Value)).OfType<Type>())
            {
                string[] members = [.. type.GetProperties().Select(p => p.Name)];
                Assert.All(view.Descendants("PropertyName"), p => Assert.Contains(p.Value, members));
            }
        }
    }

    [Fact]
    public void What_clients_sent_is_shown_without_what_a_terminal_obeys()
    {
        string[] shown = [.. s_views.Where(v => Selects(v, "PSNetConcurrency.ListenerEvent")).Descendants("ScriptBlock").Select(s => s.Value).Where(s => s.Contains("$_.Message", StringComparison.Ordinal))];
        Assert.Equal(2, shown.Length);
        using PowerShellSession session = new();
        Assert.All(shown, script => Assert.Equal("a [2Jb c", session.One($"[pscustomobject]@{{ Message = $message }} | ForEach-Object {{ {script} }}", ("message", "a\u001b[2Jb\u202e\r\nc")).BaseObject));
    }

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("fi-FI")]
    public void Dates_and_times_are_shown_alike_in_every_culture(string culture)
    {
        string[] scripts = [.. s_views.Descendants("ScriptBlock").Select(s => s.Value).Where(s => s.Contains("HH:mm", StringComparison.Ordinal)).Distinct()];
        Assert.NotEmpty(scripts);
        PSObject time = new(new DateTimeOffset(2026, 11, 30, 12, 34, 56, TimeSpan.Zero));
        foreach (string property in scripts.SelectMany(s => Regex.Matches(s, @"(?<=\$_\.)[A-Z]\w+").Select(m => m.Value)).Distinct().Where(p => time.Properties[p] is null))
        {
            time.Properties.Add(new PSNoteProperty(property, time.BaseObject));
        }
        using PowerShellSession session = new();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.All(scripts, script => Assert.Matches(@"^(2026-11-30 )?12:34:56(\.0+|Z| \+00:00)?$", (string)session.One($"$time | ForEach-Object {{ {script} }}", ("time", time)).BaseObject));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static bool NeedsView(string type) =>
        type.StartsWith("PSNetConcurrency.", StringComparison.Ordinal) && Find(type.Replace("[]", "", StringComparison.Ordinal)) is not { IsEnum: true };

    private static Type? Find(string type)
    {
        Assembly module = ModuleUnderTest.Cmdlets[0].Class.Assembly;
        return module.GetType(type) ?? module.GetReferencedAssemblies().Where(a => a.Name!.StartsWith("PSNetConcurrency", StringComparison.Ordinal))
            .Select(a => Assembly.Load(a).GetType(type)).FirstOrDefault(t => t is not null);
    }

    private static bool Selects(XElement view, string type) =>
        view.Element("ViewSelectedBy")!.Elements("TypeName").Any(t => t.Value == type.Replace("[]", "", StringComparison.Ordinal));
}
