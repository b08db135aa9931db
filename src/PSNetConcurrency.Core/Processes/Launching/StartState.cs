namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>What a child is told before it runs a script, where it could not be started with it: it was started ahead, or behind a launcher.</summary>
/// <param name="WorkingDirectory">Its folder; null: the one that it has.</param>
/// <param name="Environment">Variables to add, or with null to take away.</param>
internal sealed record StartState(string? WorkingDirectory, IReadOnlyList<KeyValuePair<string, string?>> Environment);
