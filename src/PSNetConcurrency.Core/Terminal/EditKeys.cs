namespace PSNetConcurrency.Core.Terminal;

/// <summary>What each key does to a line under edit: those of Emacs and of today's keyboards.</summary>
internal static class EditKeys
{
    public static void Apply(EditBuffer buffer, ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        bool alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow when control || alt:
            case ConsoleKey.B when alt && !control:
                buffer.WordLeft();
                break;
            case ConsoleKey.RightArrow when control || alt:
            case ConsoleKey.F when alt && !control:
                buffer.WordRight();
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when control && !alt:
                buffer.Left();
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when control && !alt:
                buffer.Right();
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control && !alt:
                buffer.MoveTo(0);
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control && !alt:
                buffer.MoveTo(buffer.Length);
                break;
            case ConsoleKey.W when control && !alt:
            case ConsoleKey.Backspace when control || alt:
                buffer.DeleteWordBefore();
                break;
            case ConsoleKey.Backspace:
            case ConsoleKey.H when control && !alt:
                buffer.Backspace();
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control && !alt:
                buffer.Delete();
                break;
            case ConsoleKey.U when control && !alt:
                buffer.DeleteToStart();
                break;
            case ConsoleKey.K when control && !alt:
                buffer.DeleteToEnd();
                break;
            case ConsoleKey.Escape:
                buffer.Set("");
                break;
            default:
                // AltGr is Control and Alt on Windows, and writes characters.
                if (!char.IsControl(key.KeyChar) && control == alt)
                {
                    buffer.Insert(key.KeyChar);
                }
                break;
        }
    }
}
