namespace PSNetConcurrency.Soak.Report;

/// <summary>The tables at the end.</summary>
internal static class Summary
{
    public static void Print(Campaign campaign)
    {
        Figures figures = campaign.Figures;
        figures.Print("load", "Load held, every byte compared", ["messages", "bytes checked", "rounds"], campaign.Loaded.TotalSeconds);
        figures.Print("faults", "Faults injected and survived", ["injected"]);
        figures.Print("transfers", "Files sent over networks that cut, and compared", ["files", "bytes", "cut", "resumed"]);
        figures.Print("children", "Child processes ended at random", ["started", "SIGKILL", "SIGTERM", "stopped", "input closed", "by itself", "lines kept"]);
        figures.Print("doors", "Malformed input, and honest clients served after it", ["inputs", "bytes", "served"]);
    }
}
