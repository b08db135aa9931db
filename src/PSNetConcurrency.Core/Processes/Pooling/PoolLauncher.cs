using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Processes.Pooling;

/// <summary>Starts a child in a process of a pool; where the pool has none, in one of its own.</summary>
/// <param name="pool">The pool.</param>
/// <param name="prepare">Makes ready what is sent to the child; gets null where it is a process of its own. What it throws refuses the start.</param>
internal sealed class PoolLauncher(ChildProcessPool pool, Action<StartState?> prepare) : IProcessLauncher
{
    public RunningProcess Start(StartRequest request)
    {
        if (pool.Take(request.Environment) is not { } process)
        {
            prepare(null);
            return ProcessLauncher.Default.Start(request);
        }
        bool told = false;
        try
        {
            prepare(new StartState(request.WorkingDirectory ?? Environment.CurrentDirectory, [.. PoolEnvironment.Changes(process.Environment, request.Environment)]));
            told = true;
            process.Adopt(request.Options);
            return process;
        }
        catch
        {
            if (told)
            {
                pool.Discard(process);
            }
            else
            {
                pool.GiveBack(process);
            }
            throw;
        }
    }
}
