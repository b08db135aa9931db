using System.Management.Automation.Language;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Tells before a child is started what its text alone shows to be wrong with a class.</summary>
internal static class ClassCheck
{
    /// <exception cref="NetException">ClassNotFound, RunMethodMissing.</exception>
    public static void Check(string className, string definition, string? path)
    {
        string where = path is null ? "the definition" : $"'{path}'";
        TypeDefinitionAst[] types = [.. Parser.ParseInput(definition, out _, out ParseError[] errors).FindAll(a => a is TypeDefinitionAst { IsClass: true }, searchNestedScriptBlocks: false).Cast<TypeDefinitionAst>()];
        if (errors.Length > 0)
        {
            // What is wrong is something else, and the child's errors say what.
            return;
        }
        if (Named(types, className) is not { } type)
        {
            throw new NetException(NetError.ClassNotFound, types.Length == 0
                ? $"There is no class in {where}, so no class {className}."
                : $"There is no class {className} in {where}; there is {string.Join(", ", types.Select(t => t.Name))}.", className);
        }
        HashSet<TypeDefinitionAst> seen = [];
        for (TypeDefinitionAst? at = type; at is not null && seen.Add(at); at = Named(types, at.BaseTypes[0].TypeName.FullName))
        {
            if (at.Members.OfType<FunctionMemberAst>().Any(m => !m.IsStatic && m.Name.Equals("Run", StringComparison.OrdinalIgnoreCase) && m.Parameters.Count == 0))
            {
                return;
            }
            if (at.BaseTypes.Count == 0)
            {
                throw new NetException(NetError.RunMethodMissing, $"The class {className} has no method Run without parameters. Give it one: it is what the child runs.", className);
            }
            // A base from elsewhere may have the method: the child will tell.
        }
    }

    private static TypeDefinitionAst? Named(TypeDefinitionAst[] types, string name) => Array.Find(types, t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
