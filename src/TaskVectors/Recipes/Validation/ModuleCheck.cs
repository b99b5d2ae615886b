using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Validation;

/// <summary>Checks that every model has the modules and the layers that a document takes from it.</summary>
internal sealed class ModuleCheck(RecipeProblems problems)
{
    /// <summary>Checks every operand in every slice.</summary>
    public void Check(RecipeDocument document, Operands operands, ResolvedModel anchor, ModuleMap map)
    {
        for (int slice = 0; slice < document.Slices.Length; slice++)
        {
            RecipeModule module = document.Slices[slice].Module;
            Contribution[] contributions = [.. operands.Models.Select(model => model[slice]), .. operands.Base is { } origin ? [origin[slice]] : Array.Empty<Contribution>()];
            foreach (Contribution contribution in contributions)
            {
                Check(contribution, module, map, document);
            }

            if (module.IsSliced)
            {
                WarnOfSingles(document.Slices[slice], (operands.Base ?? operands.Models[0])[slice], map);
            }
            else if (!module.IsDefault)
            {
                RequireEqualCounts([.. contributions.Where(contribution => HasModule(contribution.Model, module, map))], module, map, document);
            }
        }

        foreach (RecipeModule module in document.Modules.Where(module => module.IsSliced))
        {
            WarnOfConfig(document, module, anchor, map);
        }
    }

    private void Check(Contribution contribution, RecipeModule module, ModuleMap map, RecipeDocument document)
    {
        ResolvedModel model = contribution.Model;
        if (!HasModule(model, module, map))
        {
            string[] own = [.. ModuleMapper.OwnModules(model)];
            string listed = own.Length == 0 ? string.Empty : $" Its modules are {string.Join(", ", own)}.";
            problems.Error(PlaceOf(contribution, document), $"'{model.Name}' has no module '{module.Name}' with tensors of the same names as the other models.{listed}");
        }
        else if (contribution.Layers is { } range)
        {
            CheckLayers(range, module, model, map);
        }
    }

    private static bool HasModule(ResolvedModel model, RecipeModule module, ModuleMap map) => ModuleMapper.NamesOf(model).Any(name => map.Holds(module, name));

    private void CheckLayers(LayerRange range, RecipeModule module, ResolvedModel model, ModuleMap map)
    {
        IReadOnlyDictionary<string, int> stacks = map.StacksOf(module, model.Layout);
        string whose = module.IsDefault ? $"'{model.Name}'" : $"the module '{module.Name}' of '{model.Name}'";
        if (stacks is not { Count: 1 })
        {
            string shown = stacks.Count == 0 ? "its tensors' names show none" : $"it has {string.Join(" and ", stacks.Select(stack => $"{stack.Value} in {stack.Key}"))}";
            string advice = stacks.Count == 0 ? string.Empty : $" Give each its slices under 'modules', with the modules {Names(module, model)}.";
            problems.Error(range.Node, $"layer_range needs one stack of layers, and of {whose} {shown}.{advice}");
        }
        else if (range.End > stacks.Values.First())
        {
            problems.Error(range.Node, $"layer_range {range} is outside {whose}, which has {stacks.Values.First()} layers.");
        }

        // A module of several stacks is taken apart by naming the stacks.
        string Names(RecipeModule whole, ResolvedModel of) =>
            string.Join(", ", whole.IsDefault ? ModuleMapper.OwnModules(of) : stacks.Keys.Append(RecipeModule.Default));
    }

    private void RequireEqualCounts(Contribution[] contributions, RecipeModule module, ModuleMap map, RecipeDocument document)
    {
        (Contribution Part, string Layers)[] counts = [.. contributions.Select(part => (part, string.Join(", ", map.StacksOf(module, part.Model.Layout).OrderBy(stack => stack.Key, StringComparer.Ordinal).Select(stack => $"{stack.Value} in {stack.Key}"))))];
        foreach ((Contribution part, string layers) in counts.Where(count => count.Layers != counts[0].Layers))
        {
            problems.Error(PlaceOf(part, document), $"The layers of the module '{module.Name}' differ: {counts[0].Layers} of '{counts[0].Part.Model.Name}' and {layers} of '{part.Model.Name}'. Give the module slices of as many layers of each.");
        }
    }

    // Some models keep in their first layer what all layers use, as T5 does its biases of positions.
    private void WarnOfSingles(RecipeSlice slice, Contribution contribution, ModuleMap map)
    {
        IReadOnlyDictionary<string, int> stacks = map.StacksOf(slice.Module, contribution.Model.Layout);
        LayerRange range = contribution.Layers!;
        if (slice.IsFirst == (range.First == 0) || stacks is not { Count: 1 } || stacks.Values.First() == 1)
        {
            return;
        }

        IEnumerable<LayerName> layers = ModuleMapper.NamesOf(contribution.Model).Select(ModelLayout.Parse).OfType<LayerName>().Where(name => stacks.ContainsKey(name.Stack));
        if (layers.GroupBy(name => name.Rest).FirstOrDefault(same => same.Max(name => name.Layer) == 0) is { } single)
        {
            string effect = slice.IsFirst ? "the result lacks it, as its first layer is another" : $"the result has it a second time, in its layer {slice.Offset}";
            problems.Warning(range.Node, $"Only the first layer of '{contribution.Model.Name}' has '{single.First().At(0)}': {effect}.");
        }
    }

    private void WarnOfConfig(RecipeDocument document, RecipeModule module, ResolvedModel anchor, ModuleMap map)
    {
        bool isWhole = document.Part is null or { IsOnly: true } || document.Slices.Any(slice => slice.Module.Name == module.Name && slice.IsFirst);
        MappedModule mapped = map.Modules.First(candidate => candidate.Recipe.Name == module.Name);
        int before = map.StacksOf(module, anchor.Layout) is { Count: 1 } stacks ? stacks.Values.First() : 0;
        if (isWhole && document.HasModules && anchor.Config.Exists && before > 0 && !ModuleConfig.CanSet(anchor.Config.Copy(), mapped, before))
        {
            problems.Warning(module.Node, $"The config.json of '{anchor.Name}' does not say where the number of layers of the module '{module.Name}' stands; set it in the result by hand.");
        }
    }

    private static YamlNode PlaceOf(Contribution contribution, RecipeDocument document) =>
        contribution.Source?.Model.Node ?? document.Base?.Node ?? document.Node;
}
