namespace PSNetConcurrency.Core.Scheduling.Batch;

/// <summary>
/// Works off a deck of jobs as each era did. All jobs are submitted at time 0 and begin in the order of the deck; each is
/// read, then computes, then is printed; one reader, one processor and one printer, each for one job at a time.
/// </summary>
/// <remarks>
/// The closed forms: punch card Σ(setup + read + compute + print); online batch the longest setup + Σ(read + compute + print);
/// offline batch and multiprogramming flow shops, C(i, k) = max(C(i-1, k), C(i, k-1)) + p(i, k).
/// </remarks>
internal static class BatchSimulator
{
    public static BatchResult Run(BatchEra era, BatchDeck deck, BatchOptions options, CancellationToken cancellation = default) => era switch
    {
        BatchEra.PunchCard => PunchCard(deck),
        BatchEra.OnlineBatch => OnlineBatch(deck),
        BatchEra.OfflineBatch => OfflineBatch(deck, options),
        BatchEra.Multiprogramming => Multiprogramming(deck),
        _ => new TimeSharing(deck, options).Run(cancellation),
    };

    private static BatchResult PunchCard(BatchDeck deck)
    {
        BatchRecorder recorder = new(deck);
        decimal now = 0;
        for (int job = 0; job < deck.Jobs.Length; job++)
        {
            now = recorder.Lose(BatchRecorder.Operator, deck.Jobs[job].Name, now, deck.Jobs[job].Setup);
            now = Alone(recorder, deck, job, now);
        }
        return recorder.Result(BatchEra.PunchCard, "Every job is set up by hand and has the whole machine: the processor waits for people, cards and paper.");
    }

    private static BatchResult OnlineBatch(BatchDeck deck)
    {
        BatchRecorder recorder = new(deck);
        decimal now = recorder.Lose(BatchRecorder.Operator, "setup", 0, deck.Jobs.Max(j => j.Setup));
        for (int job = 0; job < deck.Jobs.Length; job++)
        {
            now = Alone(recorder, deck, job, now);
        }
        return recorder.Result(BatchEra.OnlineBatch, "A monitor goes from job to job, and the set-up is done once; the processor still waits for every card and line.");
    }

    /// <summary>One after the other on one machine.</summary>
    private static decimal Alone(BatchRecorder recorder, BatchDeck deck, int job, decimal now)
    {
        now = recorder.Work(BatchRecorder.Reader, job, now, deck.Jobs[job].Read);
        return recorder.Print(job, recorder.Compute(job, now));
    }

    private static BatchResult OfflineBatch(BatchDeck deck, BatchOptions options)
    {
        BatchRecorder recorder = new(deck);
        decimal reader = 0, computer = 0, printer = 0;
        foreach (int[] batch in Enumerable.Range(0, deck.Jobs.Length).Chunk(options.BatchSize))
        {
            foreach (int job in batch)
            {
                reader = recorder.Work(BatchRecorder.Reader, job, reader, deck.Jobs[job].Read);
            }
            // A tape is carried over when all of the batch is on it.
            computer = Math.Max(computer, reader);
            foreach (int job in batch)
            {
                DeckJob times = deck.Jobs[job];
                computer = recorder.Lose(BatchRecorder.Tape, times.Name, computer, times.Read / options.TapeSpeedFactor);
                computer = recorder.Compute(job, computer);
                computer = recorder.Lose(BatchRecorder.Tape, times.Name, computer, times.Print / options.TapeSpeedFactor);
            }
            printer = Math.Max(printer, computer);
            foreach (int job in batch)
            {
                printer = recorder.Print(job, printer);
            }
        }
        return recorder.Result(BatchEra.OfflineBatch, "Small machines copy cards to tape and tape to paper meanwhile; the processor waits for tapes only, and a job for its batch.");
    }

    private static BatchResult Multiprogramming(BatchDeck deck)
    {
        BatchRecorder recorder = new(deck);
        decimal reader = 0, cpu = 0, printer = 0;
        for (int job = 0; job < deck.Jobs.Length; job++)
        {
            reader = recorder.Work(BatchRecorder.Reader, job, reader, deck.Jobs[job].Read);
            cpu = recorder.Compute(job, Math.Max(cpu, reader));
            printer = recorder.Print(job, Math.Max(printer, cpu));
        }
        return recorder.Result(BatchEra.Multiprogramming, "Several jobs are in memory: one computes while others are read and printed; a long one still makes the others wait.");
    }
}
