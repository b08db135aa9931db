namespace PSNetConcurrency.Core.Time;

/// <summary>The kiss codes of RFC 5905, 7.4: what a server says in place of the time.</summary>
internal static class NtpKiss
{
    /// <summary>Whether it must not be asked again.</summary>
    public static bool Forbids(string code) => code is "DENY" or "RSTR" or "RATE";

    public static string Explain(string code) => code switch
    {
        "DENY" or "RSTR" => $"the server refuses this machine ({code}), and is not asked again.",
        "RATE" => "the server is asked too often (RATE), and is not asked again. Ask less often, or with fewer samples.",
        "INIT" => "the server has just started, and has no time yet (INIT).",
        "STEP" => "the server has just set its clock, and has no time yet (STEP).",
        "DROP" => "the server has lost its own server (DROP).",
        "AUTH" or "CRYP" or "AUTO" or "NKEY" => $"the server wants to know who asks ({code}), which is not supported.",
        "" => "the server sends no time, and no code that says why (stratum 0).",
        _ => $"the server sends no time, but the code {code} (stratum 0).",
    };
}
