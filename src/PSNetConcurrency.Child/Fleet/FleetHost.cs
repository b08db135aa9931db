using System.Management.Automation;
using System.Reflection;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Child;

/// <summary>The agent of a fleet as the script on a node uses it: lines are arrays, of which an empty one writes nothing.</summary>
public sealed class FleetHost
{
    private readonly FleetAgent _agent;
    private readonly Dictionary<string, object?> _variables = [];

    /// <param name="plan">What the agent is to measure.</param>
    /// <param name="values">The arguments of the script, and names and values of variables that it finds set.</param>
    public FleetHost(string plan, byte[] values)
    {
        _agent = new FleetAgent(plan);
        WireReader reader = new(values);
        ValueReader decoder = new();
        Arguments = new object?[reader.Count(1)];
        for (int i = 0; i < Arguments.Length; i++)
        {
            Arguments[i] = decoder.Read(ref reader);
        }
        for (int left = reader.Count(1); left > 0; left--)
        {
            _variables[reader.RequiredText()] = decoder.Read(ref reader);
        }
    }

    public object?[] Arguments { get; }

    public bool IsArmed => _agent.IsArmed;

    /// <summary>Makes all ready before anything is timed.</summary>
    public string[] Begin(ScriptBlock script, PSVariableIntrinsics variables)
    {
        foreach ((string name, object? value) in _variables)
        {
            variables.Set(name, value);
        }
        // Otherwise the script is compiled when its time has come. Where there is no such method, it is.
        typeof(ScriptBlock).GetMethod("Compile", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(bool)])?.Invoke(script, [true]);
        return [_agent.Begin()];
    }

    /// <summary>
    /// Called first in a try block whose finally tells the end: errors that end a statement end only that, as where there is no
    /// try block. PowerShell would otherwise end the script with them. Where there is no such switch, it does.
    /// </summary>
    public static void EnterTry(EngineIntrinsics intrinsics)
    {
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;
        object? context = typeof(EngineIntrinsics).GetField("_context", Hidden)?.GetValue(intrinsics);
        context?.GetType().GetProperty("PropagateExceptionsToEnclosingStatementBlock", Hidden)?.SetValue(context, false);
    }

    public string[] Take(object line)
    {
        string? answer = _agent.Take(line.ToString() ?? "");
        if (IsArmed)
        {
            new Thread(TellAside) { IsBackground = true, Name = "Fleet" }.Start();
        }
        return answer is null ? [] : [answer];
    }

    public IReadOnlyList<string> WaitNear() => _agent.WaitNear();

    /// <summary>The first thing that the script does.</summary>
    public void WaitLast() => _agent.WaitLast();

    public string[] End() => [_agent.End()];

    // Its own streams are the script's while that runs.
    private void TellAside()
    {
        if (_agent.TellLongRun() is { } line)
        {
            Console.Error.WriteLine(line);
        }
    }
}
