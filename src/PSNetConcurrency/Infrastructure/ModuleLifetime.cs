using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Ties what was started to the module, the runspace and the process: whichever ends first ends it.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly object Gate = new();
    private static readonly Dictionary<Guid, (PSEventManager Events, PSEventSubscriber Subscriber)> Subscriptions = [];
    private static bool _watchesProcess;

    public void OnImport()
    {
        if (Runspace.DefaultRunspace is not { } runspace)
        {
            return;
        }
        Guid id = runspace.InstanceId;
        lock (Gate)
        {
            if (!_watchesProcess)
            {
                _watchesProcess = true;
                AppDomain.CurrentDomain.ProcessExit += (_, _) => HandleRegistry.StopAll(null);
            }
            if (!Subscriptions.ContainsKey(id))
            {
                PSEventSubscriber subscriber = runspace.Events.SubscribeEvent(null, null, PSEngineEvent.Exiting, null, (_, _) => RunspaceEnds(id), supportEvent: true, forwardEvent: false);
                Subscriptions[id] = (runspace.Events, subscriber);
            }
        }
    }

    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        Guid id = HandleRegistry.CurrentRunspace;
        lock (Gate)
        {
            if (Subscriptions.Remove(id, out var subscription))
            {
                subscription.Events.UnsubscribeEvent(subscription.Subscriber);
            }
        }
        HandleRegistry.StopAll(id);
    }

    private static void RunspaceEnds(Guid id)
    {
        lock (Gate)
        {
            Subscriptions.Remove(id);
        }
        HandleRegistry.StopAll(id);
    }
}
