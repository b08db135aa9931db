using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>
/// A script block made ready for another runspace: its text, with each <c>$using:name</c> replaced by a variable that
/// has the value it has here and now.
/// </summary>
internal sealed record UsingVariables(string Script, IReadOnlyDictionary<string, object?> Values)
{
    private const string Prefix = "__using_";

    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: a variable is not set here.</exception>
    public static UsingVariables Resolve(ScriptBlock block, Func<string, PSVariable?> find)
    {
        string text = block.ToString();
        int origin = ((ScriptBlockAst)block.Ast).Extent.StartOffset;
        // A literal { … } has its braces in the extent but not in the text.
        int shift = block.Ast.Extent.Text.Length == text.Length ? 0 : block.Ast.Extent.Text.IndexOf(text, StringComparison.Ordinal);
        Dictionary<string, object?> values = new(StringComparer.OrdinalIgnoreCase);
        List<(int Start, int End, string Name)> places = [];
        foreach (UsingExpressionAst use in block.Ast.FindAll(a => a is UsingExpressionAst, searchNestedScriptBlocks: true).Cast<UsingExpressionAst>())
        {
            VariableExpressionAst variable = UsingExpressionAst.ExtractUsingVariable(use);
            string name = variable.VariablePath.UserPath;
            PSVariable found = find(name) ?? throw new NetException(NetError.InvalidArgument,
                $"The value of $using:{name} can't be taken: there is no variable ${name} here. Set it first.", name);
            string key = Prefix + string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
            values[key] = found.Value;
            places.Add((variable.Extent.StartOffset - origin - shift, variable.Extent.EndOffset - origin - shift, key));
        }
        StringBuilder script = new(text);
        foreach ((int start, int end, string key) in places.OrderByDescending(p => p.Start))
        {
            char sigil = script[start];
            script.Remove(start, end - start).Insert(start, $"{sigil}{key}");
        }
        return new UsingVariables(script.ToString(), values);
    }
}
