using System.Diagnostics.CodeAnalysis;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>What a packet asks or tells: the low eight bits of its command number. The protocol's name is in each summary.</summary>
internal enum IpmsgCommand
{
    /// <summary>IPMSG_NOOPERATION</summary>
    NoOperation = 0x00,

    /// <summary>IPMSG_BR_ENTRY: somebody is here; to be answered.</summary>
    BrEntry = 0x01,

    /// <summary>IPMSG_BR_EXIT: somebody goes.</summary>
    BrExit = 0x02,

    /// <summary>IPMSG_ANSENTRY: the answer to an entry.</summary>
    AnsEntry = 0x03,

    /// <summary>IPMSG_BR_ABSENCE: status, nickname or group have changed; not to be answered.</summary>
    BrAbsence = 0x04,

    /// <summary>IPMSG_BR_ISGETLIST</summary>
    BrIsGetList = 0x10,

    /// <summary>IPMSG_OKGETLIST</summary>
    OkGetList = 0x11,

    /// <summary>IPMSG_GETLIST</summary>
    GetList = 0x12,

    /// <summary>IPMSG_ANSLIST</summary>
    AnsList = 0x13,

    /// <summary>IPMSG_BR_ISGETLIST2</summary>
    BrIsGetList2 = 0x18,

    /// <summary>IPMSG_SENDMSG: a message, perhaps with files.</summary>
    SendMsg = 0x20,

    /// <summary>IPMSG_RECVMSG: the receipt; its text is the message's packet number.</summary>
    RecvMsg = 0x21,

    /// <summary>IPMSG_READMSG: a sealed message was opened.</summary>
    ReadMsg = 0x30,

    /// <summary>IPMSG_DELMSG: a sealed message was thrown away unopened.</summary>
    DelMsg = 0x31,

    /// <summary>IPMSG_ANSREADMSG: the receipt of a READMSG; its text is that packet's number.</summary>
    AnsReadMsg = 0x32,

    /// <summary>IPMSG_GETINFO: which program?</summary>
    GetInfo = 0x40,

    /// <summary>IPMSG_SENDINFO</summary>
    SendInfo = 0x41,

    /// <summary>IPMSG_GETABSENCEINFO: what does the absent user say?</summary>
    GetAbsenceInfo = 0x50,

    /// <summary>IPMSG_SENDABSENCEINFO</summary>
    SendAbsenceInfo = 0x51,

    /// <summary>IPMSG_GETFILEDATA: over TCP, send a file from an offset on.</summary>
    GetFileData = 0x60,

    /// <summary>IPMSG_RELEASEFILES: the files of a message are not wanted, or no more.</summary>
    ReleaseFiles = 0x61,

    /// <summary>IPMSG_GETDIRFILES: over TCP, send a folder.</summary>
    GetDirFiles = 0x62,

    /// <summary>IPMSG_GETPUBKEY</summary>
    GetPubKey = 0x72,

    /// <summary>IPMSG_ANSPUBKEY</summary>
    AnsPubKey = 0x73,
}

/// <summary>The high 24 bits of a command number. Some bits mean one thing beside a message and another beside an entry.</summary>
[Flags]
[SuppressMessage("Design", "CA1069:Enums values should not be duplicated", Justification = "The protocol gives bits two meanings.")]
internal enum IpmsgOptions : uint
{
    None = 0,

    /// <summary>IPMSG_ABSENCEOPT, of entries: the user is absent.</summary>
    Absence = 0x100,

    /// <summary>IPMSG_SERVEROPT, of entries.</summary>
    Server = 0x200,

    /// <summary>IPMSG_DIALUPOPT, of entries: broadcasts do not reach this user; send entries singly.</summary>
    DialUp = 0x1_0000,

    /// <summary>IPMSG_FILEATTACHOPT: of entries, can take files; of messages, has some.</summary>
    FileAttach = 0x20_0000,

    /// <summary>IPMSG_ENCRYPTOPT</summary>
    Encrypt = 0x40_0000,

    /// <summary>IPMSG_UTF8OPT: all text of this packet is UTF-8.</summary>
    Utf8 = 0x80_0000,

    /// <summary>IPMSG_CAPUTF8OPT, of entries: can take UTF-8.</summary>
    CapUtf8 = 0x100_0000,

    /// <summary>IPMSG_CLIPBOARDOPT</summary>
    Clipboard = 0x800_0000,

    /// <summary>IPMSG_SENDCHECKOPT, of messages: a receipt is wanted.</summary>
    SendCheck = 0x100,

    /// <summary>IPMSG_SECRETOPT, of messages: sealed.</summary>
    Secret = 0x200,

    /// <summary>IPMSG_BROADCASTOPT, of messages: to everybody; no receipt.</summary>
    Broadcast = 0x400,

    /// <summary>IPMSG_MULTICASTOPT, of messages: to several.</summary>
    Multicast = 0x800,

    /// <summary>IPMSG_AUTORETOPT, of messages: sent by a program; not to be answered by one, and no receipt.</summary>
    AutoRet = 0x2000,

    /// <summary>IPMSG_RETRYOPT</summary>
    Retry = 0x4000,

    /// <summary>IPMSG_PASSWORDOPT, of messages: locked with the receiver's password.</summary>
    Password = 0x8000,

    /// <summary>IPMSG_NOLOGOPT, of messages: not to be kept.</summary>
    NoLog = 0x2_0000,

    /// <summary>IPMSG_NOADDLISTOPT, of messages: the sender is not to be listed.</summary>
    NoAddList = 0x8_0000,

    /// <summary>IPMSG_READCHECKOPT, of messages and READMSG: the opening is to be told, and the telling confirmed.</summary>
    ReadCheck = 0x10_0000,

    /// <summary>Messages with one of these get no receipt and no automatic answer.</summary>
    NoReply = Broadcast | AutoRet,
}
