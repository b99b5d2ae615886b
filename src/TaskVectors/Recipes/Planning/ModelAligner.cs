using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Yaml;
using TaskVectors.Tensors;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Planning;

/// <summary>Makes the views of models whose embeddings and heads have the rows of the result's vocabulary.</summary>
/// <param name="problems">Where problems go.</param>
/// <param name="scope">What stands before the names of the views.</param>
/// <param name="node">Where the recipe asks for it.</param>
/// <param name="models">The models, in the order of the maps' numbers.</param>
internal sealed class ModelAligner(RecipeProblems problems, string scope, YamlNode node, ImmutableArray<TokenizedModel> models)
{
    // Where the result, which is like the first model, stores a head, a tied one takes part as a tensor of its own.
    private readonly bool _needsHead = Arranger.StoresHead(models[0].Model);
    private readonly ImmutableArray<CheckpointSource> _sources = [.. models.Select(model => model.Model.Source)];

    /// <summary>The view of each model that needs one; a model whose rows stay as they are is left as it is.</summary>
    public Dictionary<ResolvedModel, ResolvedModel> Align(ImmutableArray<RowMap> maps)
    {
        var aligned = new Dictionary<ResolvedModel, ResolvedModel>();
        for (int index = 0; index < models.Length; index++)
        {
            if (!maps[index].IsIdentity(index, models[index].Tokens.Rows))
            {
                ResolvedModel model = models[index].Model;
                aligned.Add(model, new ResolvedModel(model.Name, Checkpoint.FromSource(View(index, maps[index])), model.Folder) { Tokenizer = model.Tokenizer });
            }
        }

        return aligned;
    }

    private AlignedSource View(int own, RowMap map)
    {
        TokenizedModel model = models[own];
        TensorInfo? tied = model.TiedHead;
        IEnumerable<(string Name, TensorInfo Tensor)> tensors = tied is not null && _needsHead
            ? model.Tensors.Append((VocabularyTensors.Head, tied with { Name = VocabularyTensors.Head }))
            : model.Tensors;
        var aliases = new Dictionary<string, string>(model.Model.Source.Aliases, StringComparer.Ordinal);
        if (tied is not null && !_needsHead)
        {
            aliases[VocabularyTensors.Head] = tied.Name;
        }

        string title = FormattableString.Invariant($"{scope}{model.Model.Name}@{own + 1}");
        return new AlignedSource(title, _sources, own, map, [.. tensors.Select(tensor => Rows(own, tensor.Name, tensor.Tensor, map))], aliases);
    }

    private AlignedRows Rows(int own, string name, TensorInfo tensor, RowMap map)
    {
        ImmutableArray<TensorInfo?> counterparts = [.. models.Select(model => model.Counterpart(name))];
        long length = tensor.ElementCount / Math.Max(1, models[own].Tokens.Rows);
        foreach (int donor in map.Models().Where(donor => donor != own))
        {
            long? found = counterparts[donor] is { } other ? other.ElementCount / Math.Max(1, models[donor].Tokens.Rows) : null;
            if (found != length)
            {
                problems.Error(node, found is null
                    ? $"'{models[donor].Model.Name}' has no tensor {name}, from which '{models[own].Model.Name}' needs the rows of tokens that it lacks."
                    : $"The rows of {name} have {length} elements in '{models[own].Model.Name}' and {found} in '{models[donor].Model.Name}'; models of different sizes cannot be merged.");
            }
        }

        return new AlignedRows(tensor with { Shape = VocabularyTensors.WithRows(tensor.Shape, map.Rows.Length) }, counterparts);
    }
}
