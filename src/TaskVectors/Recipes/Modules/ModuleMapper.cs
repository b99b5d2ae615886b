using System.Collections.Immutable;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Modules;

/// <summary>
/// Finds the tensors of the modules that a recipe names: by the table, else by the names of tensors themselves, which a module's name begins.
/// </summary>
/// <param name="problems">Where problems go.</param>
internal sealed class ModuleMapper(RecipeProblems problems)
{
    private const int MostNames = 8;

    /// <summary>The map, or <see langword="null"/> where modules are unknown or missing, which is reported.</summary>
    /// <param name="document">The document.</param>
    /// <param name="anchor">The model that the result is like.</param>
    public ModuleMap? Map(RecipeDocument document, ResolvedModel anchor)
    {
        if (!document.HasModules)
        {
            return ModuleMap.Whole(document.Slices[0].Module);
        }

        int before = problems.ErrorCount;
        string[] names = NamesOf(anchor);
        ImmutableArray<ArchitectureModule> known = anchor.Layout.ModulesAmong(names);
        ImmutableArray<MappedModule> modules = [.. document.Modules.Select(module => Find(module, names, known))];
        foreach (MappedModule unknown in modules.Where(module => module is { Recipe.IsDefault: false, Prefixes.IsEmpty: true }))
        {
            string[] own = [.. OwnModules(anchor, known)];
            problems.Error(unknown.Recipe.Node, $"There is no module '{unknown.Recipe.Name}' in '{anchor.Name}'.{SimilarNames.Question(unknown.Recipe.Name, own)} {Listed(own)}");
        }

        RequireDistinct(modules);
        if (problems.ErrorCount > before)
        {
            return null;
        }

        var map = new ModuleMap(modules, known.SelectMany(module => module.Prefixes));
        RequireTensors(map, names, anchor);
        CheckRest(document, map, names, known, anchor);
        return problems.ErrorCount == before ? map : null;
    }

    /// <summary>The names of a model's weights, as the result has them.</summary>
    public static string[] NamesOf(ResolvedModel model) =>
        [.. model.Checkpoint.Tensors.Select(tensor => model.Layout.Canonical(tensor.Name)).Where(name => !model.Layout.IsBuffer(name))];

    /// <summary>The modules that a model shows: those of the table, else those that hold its stacks of layers.</summary>
    public static IEnumerable<string> OwnModules(ResolvedModel model) => OwnModules(model, model.Layout.ModulesAmong(NamesOf(model)));

    private static IEnumerable<string> OwnModules(ResolvedModel model, ImmutableArray<ArchitectureModule> known)
    {
        if (!known.IsEmpty)
        {
            return known.Select(module => module.Name);
        }

        string[] stacks = [.. model.Layout.Stacks.Keys];
        string[] firsts = [.. stacks.Select(stack => stack.Split('.')[0]).Distinct(StringComparer.Ordinal)];
        return firsts.Length == stacks.Length ? firsts : stacks.Select(Above);
    }

    // encoder for encoder.block: what holds the stack.
    private static string Above(string stack) => stack.LastIndexOf('.') is > 0 and var end ? stack[..end] : stack;

    private static string Listed(string[] own) => own.Length switch
    {
        0 => "Its tensors' names show no modules: list its models or slices at the top.",
        > MostNames => $"Its modules are {string.Join(", ", own.Take(MostNames))} and {own.Length - MostNames} more.",
        _ => $"Its modules are {string.Join(", ", own)}.",
    };

    private static MappedModule Find(RecipeModule module, string[] names, ImmutableArray<ArchitectureModule> known)
    {
        if (module.IsDefault)
        {
            return new MappedModule(module, [], null);
        }

        if (known.FirstOrDefault(candidate => candidate.Name == module.Name) is { } listed)
        {
            return new MappedModule(module, listed.Prefixes, listed);
        }

        string[] prefixes = [.. new[] { module.Name + ".", $"model.{module.Name}." }.Where(prefix => names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))).Take(1)];
        ArchitectureModule? around = known.FirstOrDefault(candidate => prefixes.Any(prefix => candidate.Prefixes.Any(outer => prefix.StartsWith(outer, StringComparison.Ordinal))));
        return new MappedModule(module, [.. prefixes], around);
    }

    private void RequireDistinct(ImmutableArray<MappedModule> modules)
    {
        foreach (MappedModule module in modules)
        {
            MappedModule first = modules.First(other => other == module || other.Prefixes.Intersect(module.Prefixes).Any());
            if (first != module)
            {
                problems.Error(module.Recipe.Node, $"The modules '{first.Recipe.Name}' and '{module.Recipe.Name}' are the same part of the model; give it once.");
            }
        }
    }

    private void RequireTensors(ModuleMap map, string[] names, ResolvedModel anchor)
    {
        foreach (MappedModule module in map.Modules.Where(module => !names.Any(name => map.Holds(module.Recipe, name))))
        {
            problems.Error(module.Recipe.Node, $"The module '{module.Recipe.Name}' holds no tensor of '{anchor.Name}', as other modules hold all; leave it out.");
        }
    }

    // What no module holds: an error where it is a part of the model by itself, else copied, so that the result is whole.
    private void CheckRest(RecipeDocument document, ModuleMap map, string[] names, ImmutableArray<ArchitectureModule> known, ResolvedModel anchor)
    {
        YamlNode place = document.Node.Find("modules")!.Key;
        string[] rest = [.. names.Where(name => map.IndexOf(name) is null)];
        string[] missing = [.. known.Where(module => rest.Any(name => module.Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))).Select(module => module.Name)];
        string[] layered = Array.FindAll(rest, name => ModelLayout.Parse(name) is not null);
        if (missing.Length > 0 || layered.Length > 0)
        {
            string tensor = layered.FirstOrDefault() ?? rest[0];
            string whose = missing.Length > 0 ? $" It lacks {string.Join(" and ", missing.Select(name => $"'{name}'"))}." : string.Empty;
            string what = rest.Length == 1 ? $"the tensor '{tensor}'" : $"{rest.Length} tensors such as '{tensor}'";
            problems.Error(place, $"No module of the recipe holds {what} of '{anchor.Name}', so the result would be a part of a model.{whose} Add what is missing, or 'default', which takes all that no other module holds.");
        }
        else if (rest.Length > 0)
        {
            string what = rest.Length == 1 ? $"The tensor '{rest[0]}' is in no module, and is" : $"{rest.Length} tensors such as '{rest[0]}' are in no module, and are";
            problems.Warning(place, $"{what} copied from '{anchor.Name}' (mergekit would leave them out). A module 'default' merges all that no other module holds.");
        }
    }
}
