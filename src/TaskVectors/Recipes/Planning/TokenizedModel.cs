using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Tensors;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Planning;

/// <summary>A model with its tokens and the tensors that have a row for each.</summary>
/// <param name="Model">The model.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Tensors">The tensors that have a row for each token, with the names that results give them.</param>
internal sealed record TokenizedModel(ResolvedModel Model, VocabularyModel Tokens, ImmutableArray<(string Name, TensorInfo Tensor)> Tensors)
{
    /// <summary>The vocabulary.</summary>
    public Vocabulary Vocabulary => Tokens.Vocabulary;

    /// <summary>The tensor whose values the head has, where the model stores none.</summary>
    public TensorInfo? TiedHead =>
        !Arranger.StoresHead(Model) && TiedTensors.StoredName(Model.Checkpoint.Base, VocabularyTensors.Head) is { } name && Model.Source.TryGetTensor(name, out TensorInfo? embedding)
            ? embedding
            : null;

    /// <summary>The model with its tokens; <see langword="null"/> where no tensor is known to have a row for each.</summary>
    public static TokenizedModel? Of(ResolvedModel model, Vocabulary vocabulary)
    {
        (string Name, TensorInfo Tensor)[] outside =
        [
            .. from tensor in model.Checkpoint.Tensors
               let name = model.Layout.Canonical(tensor.Name)
               where tensor.DType.IsArithmetic() && ModelLayout.Parse(name) is null && VocabularyTensors.IsNamed(tensor with { Name = name })
               select (name, tensor),
        ];
        return VocabularyTensors.RowsOf([.. outside.Select(pair => pair.Tensor with { Name = pair.Name })]) is { } rows
            ? new TokenizedModel(model, new VocabularyModel(model.Name, vocabulary, rows), [.. outside.Where(pair => VocabularyTensors.HasRows(pair.Tensor with { Name = pair.Name }, rows))])
            : null;
    }

    /// <summary>The tensor that goes with one of another model; a tied head is the embedding.</summary>
    public TensorInfo? Counterpart(string name)
    {
        TensorInfo? own = Tensors.FirstOrDefault(pair => pair.Name == name).Tensor;
        return own ?? (name == VocabularyTensors.Head ? TiedHead : null);
    }
}
