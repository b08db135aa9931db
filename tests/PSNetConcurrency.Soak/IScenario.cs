namespace PSNetConcurrency.Soak;

/// <summary>
/// One kind of load or trouble, again and again. Rounds draw all they do from <see cref="Round.Random"/>, know nothing of each
/// other, release what they began and throw where anything is not as it must be.
/// </summary>
internal interface IScenario : IAsyncDisposable
{
    /// <summary>The word that chooses it on the command line.</summary>
    string Name { get; }

    /// <summary>How many rounds are under way at the same time.</summary>
    int Workers { get; }

    /// <summary>Starts what all rounds use.</summary>
    Task StartAsync(CancellationToken stop);

    Task RoundAsync(Round round);

    /// <summary>No round is under way: what has gathered is fetched, and what must hold now is checked.</summary>
    Task SettleAsync(CancellationToken stop);
}
