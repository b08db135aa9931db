namespace PSNetConcurrency;

/// <summary>What a Gantt chart is drawn as.</summary>
public enum GanttFormat
{
    /// <summary>Lines of text for a terminal, in colour where it shows colours.</summary>
    Text,

    /// <summary>An SVG 1.1 image that needs nothing else.</summary>
    Svg,

    /// <summary>One HTML page that needs nothing else, with a table of the bars under each chart.</summary>
    Html,

    /// <summary>The text of a Mermaid gantt diagram, for Markdown.</summary>
    Mermaid,
}
