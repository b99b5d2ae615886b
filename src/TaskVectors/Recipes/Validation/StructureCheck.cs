using TaskVectors.Merging;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Validation;

/// <summary>Checks what a document merges against what its method takes and what its models are: before any tensor is looked at.</summary>
internal sealed class StructureCheck(RecipeProblems problems)
{
    /// <summary>Whether the document can be arranged.</summary>
    public bool Check(RecipeDocument document, Operands operands, ResolvedModel anchor, ModuleMap map)
    {
        int before = problems.ErrorCount;
        if (document.Method is { } method)
        {
            CheckBase(document, method, operands);
            CheckCounts(document, method, operands);
        }

        CheckArchitectures(document, operands, anchor);
        new ModuleCheck(problems).Check(document, operands, anchor, map);

        return problems.ErrorCount == before;
    }

    private void CheckBase(RecipeDocument document, IMergeMethod method, Operands operands)
    {
        if (method.Base == BaseRole.Origin && operands.Base is null)
        {
            problems.Error(document.MethodNode!, $"The method {method.Name} needs base_model: the pre-trained checkpoint that its models are fine-tuned from.");
        }

        bool isListed = document.Base is { } model && document.Slices.Any(slice => slice.Sources.Any(source => source.Model.Text == model.Text));
        if (method.Base == BaseRole.Unused && document.Base is { } unused && !isListed)
        {
            problems.Warning(unused.Node, $"The method {method.Name} makes nothing of base_model: '{unused.ShortName}' gives its config, and its weights are not merged. List it under models with a weight to merge it.");
        }

        if (document.BaseRole == BaseRole.First && method.MaximumVectors is null && document.Base is { } joined && !isListed)
        {
            problems.Warning(joined.Node, $"The method {method.Name} counts base_model as one of its models: '{joined.ShortName}' takes part in the result. Leave it out{(method.BaseUnder("paper") == BaseRole.Unused ? ", or set variant: paper," : string.Empty)} to merge only what is listed.");
        }
    }

    private void CheckCounts(RecipeDocument document, IMergeMethod method, Operands operands)
    {
        bool countsBase = document.BaseRole == BaseRole.First && operands.Base is not null;
        int count = operands.Models.Length + (countsBase ? 1 : 0);
        bool tooMany = method.MaximumVectors is { } maximum && count > maximum;
        if (operands.AreCopied(document) || (count >= method.MinimumVectors && !tooMany))
        {
            return;
        }

        string wanted = method.MaximumVectors == method.MinimumVectors ? $"exactly {method.MinimumVectors}"
            : tooMany ? $"at most {method.MaximumVectors}"
            : $"at least {method.MinimumVectors}";
        RecipeSlice slice = document.Slices[0];
        string where = slice.Module.IsDefault ? string.Empty : $" in the module '{slice.Module.Name}'";
        int last = tooMany ? Math.Min(slice.Sources.Length - 1, method.MaximumVectors!.Value) : slice.Sources.Length - 1;
        bool isOne = method.MaximumVectors == 1;
        string what = (slice.Module.IsSliced, isOne) switch
        {
            (true, true) => "source a slice",
            (true, false) => "sources a slice",
            (false, true) => "model",
            _ => "models",
        };
        problems.Error(slice.Sources[last].Node, $"The method {method.Name} takes {wanted} {what}{(countsBase ? ", the base among them" : method.Base == BaseRole.Origin ? " besides the base" : string.Empty)}; {count} {(count == 1 ? "is" : "are")} given{where}.");
    }

    // Relatives, such as Llama and Mistral, have the same tensors in every layer, and are merged with each other on purpose.
    private void CheckArchitectures(RecipeDocument document, Operands operands, ResolvedModel anchor)
    {
        IEnumerable<Contribution> odd = operands.Models.SelectMany(model => model)
            .Where(part => part.Source is not null && part.Model.Config.Architecture is { } own && anchor.Config.Architecture is { } wanted && own != wanted);
        foreach (Contribution part in odd.DistinctBy(part => part.Model))
        {
            string difference = $"The architectures of the models differ: {anchor.Config.Architecture} ({anchor.Name}) and {part.Model.Config.Architecture} ({part.Model.Name})";
            HashSet<(string Stack, string Name)> tensors = LayerTensors(anchor);
            if (tensors.Count > 0 && tensors.SetEquals(LayerTensors(part.Model)))
            {
                problems.Warning(part.Source!.Model.Node, $"{difference}. Their layers have tensors of the same names, so they are merged; the config is that of {anchor.Name}.");
            }
            else
            {
                problems.Error(part.Source!.Model.Node, $"{difference}; their weights mean different things.");
            }
        }
    }

    private static HashSet<(string Stack, string Name)> LayerTensors(ResolvedModel model) =>
        [.. model.Checkpoint.Tensors.Select(tensor => ModelLayout.Parse(model.Layout.Canonical(tensor.Name))).OfType<LayerName>().Select(name => (name.Stack, name.Rest))];
}
