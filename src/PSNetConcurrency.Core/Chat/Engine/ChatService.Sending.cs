using System.Text;
using PSNetConcurrency.Core.Chat.Files;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>What the peer's own user does: messages that go out, sealed ones that are opened, files that are refused.</summary>
internal sealed partial class ChatService
{
    /// <summary>Takes a message to be sent.</summary>
    /// <exception cref="NetException">It is too long, or too many wait.</exception>
    public ChatMessage Send(Contact to, string text, ChatSendOptions options, OfferedFile[] files)
    {
        if (!Outbox.HasRoom)
        {
            throw new NetException(NetError.QueueFull, $"{_options.MaximumQueued} messages wait for their receivers already: no more are taken until some arrive.", to.ChatAddress);
        }
        text = text.ReplaceLineEndings("\n").Replace("\0", "", StringComparison.Ordinal);
        ChatMessage message = new(ChatMessage.NewId(), ChatDirection.Sent, $"{_options.UserName}@{_options.HostName}", to.ChatAddress, text, options.Sealed) { Contact = to, IsAutomatic = options.Automatic };
        message.File = [.. files.Select(f => new ChatFile($"{message.Id}:{f.Id}", f.Name, f.Length, f.IsFolder, f.Modified, message) { FileId = f.Id })];
        Outgoing outgoing = new(to, message, o => EncodeMessage(o, text, options, files)) { IsConfirmed = !options.Automatic };
        if (EncodeMessage(outgoing, text, options, []).Length + files.Sum(f => 64 + 4 * f.Name.Length) > IpmsgPacket.MaximumLength)
        {
            throw new NetException(NetError.MessageTooLarge, $"The message has {text.Length} characters{(files.Length > 0 ? $" and {files.Length} files" : "")}: it does not fit into one datagram of {IpmsgPacket.MaximumLength} bytes. Send it in parts, or as a file.", to.ChatAddress);
        }
        History?.Add(message);
        Outbox.Add(outgoing);
        return message;
    }

    /// <summary>Tells the sender of files that they are not wanted, or no more.</summary>
    public void ReleaseFiles(ChatMessage message)
    {
        if (message is { Direction: ChatDirection.Received, File.Length: > 0, Contact: { EndPoints.Count: > 0 } sender })
        {
            Send(Encode(NextNumber(), IpmsgCommand.ReleaseFiles, 0, Digits(message.PacketNumber), [], _options.Encoding), sender.EndPoints[0]);
        }
    }

    private byte[] EncodeMessage(Outgoing outgoing, string text, ChatSendOptions options, OfferedFile[] files)
    {
        Contact to = outgoing.To;
        Encoding legacy = to.Encoding ?? _options.Encoding;
        bool utf8 = to.SupportsUtf8 || legacy is UTF8Encoding || !IpmsgText.Fits(text, legacy);
        Encoding encoding = utf8 ? IpmsgText.Utf8 : legacy;
        IpmsgOptions flags = (utf8 ? IpmsgOptions.Utf8 : 0)
            | (options.Automatic ? IpmsgOptions.AutoRet : IpmsgOptions.SendCheck)
            | (options.Sealed ? IpmsgOptions.Secret | IpmsgOptions.ReadCheck : 0)
            | (files.Length > 0 ? IpmsgOptions.FileAttach : 0);
        if (files.Length > 0)
        {
            Offers.Add(outgoing, files);
        }
        return Encode(outgoing.Number, IpmsgCommand.SendMsg, flags, encoding.GetBytes(text), files.Length > 0 ? IpmsgFile.WriteList(files.Select(f => f.Listed), encoding) : [], encoding);
    }

    /// <summary>Tells the sender of a sealed message that it is opened here.</summary>
    public void Open(ChatMessage message)
    {
        if (message is not { Direction: ChatDirection.Received, Sealed: true, IsOpened: false })
        {
            return;
        }
        message.IsOpened = true;
        message.Advance(ChatMessageState.Read);
        if (message.Contact is { EndPoints.Count: > 0 } sender)
        {
            // The message may have been forged, and who opens it a program: no more goes out for it than for any other answer.
            Outgoing notice = new(sender, null, o => Encode(o.Number, IpmsgCommand.ReadMsg, message.WantsReadCheck ? IpmsgOptions.ReadCheck : 0, Digits(message.PacketNumber), [], _options.Encoding)) { IsAnswer = true };
            if (message.WantsReadCheck)
            {
                Outbox.SendBeside(notice);
            }
            else
            {
                TryAnswer(notice.Prepare(NextNumber()), sender.EndPoints[0], isReceipt: true);
            }
        }
        MessageChanged(message);
    }
}
