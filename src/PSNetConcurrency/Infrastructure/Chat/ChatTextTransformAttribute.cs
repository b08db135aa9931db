using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Chat;

/// <summary>Refuses what says whom a message goes to as its text: anything becomes text otherwise, and <c>Get-ChatUser | Send-ChatMessage 'hi'</c> would send users' names to somebody called hi.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChatTextTransformAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        ChatUser user => throw new ArgumentTransformationMetadataException($"{user.ChatAddress} is whom to send to, not what: with users from the pipeline give the text by its name, -Text."),
        ChatMessage message => throw new ArgumentTransformationMetadataException($"The message of {message.From} is no text: to answer it give it as -To, and to pass it on take its property Text."),
        _ => inputData,
    };
}
