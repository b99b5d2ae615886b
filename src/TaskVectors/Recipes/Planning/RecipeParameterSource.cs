using TaskVectors.Execution.Hashing;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Planning;

/// <summary>What a document says of a method's parameters for every tensor and model.</summary>
/// <param name="document">The document.</param>
/// <param name="operands">The contributions that the method counts: the base first where it is one of them.</param>
/// <param name="places">Where the tensors of the result lie.</param>
internal sealed class RecipeParameterSource(RecipeDocument document, IReadOnlyList<IReadOnlyList<Contribution>> operands, IReadOnlyDictionary<string, TensorPlace> places) : IParameterSource
{
    private readonly SettingLookup _lookup = new(document);

    // Asked for whenever the merge is named; whoever computes it gets the same text.
    private string? _identity;

    /// <summary>The number of models that the method counts.</summary>
    public int ModelCount => operands.Count;

    /// <inheritdoc/>
    public string Identity => _identity ??= Digest.OfText(DigestAlgorithm.Xxh128, places.Values.Select(place => $"{place.Name}: {BoundParameters.KeyOf(SettingsFor(place))}"));

    /// <inheritdoc/>
    public IReadOnlyList<MergeSetting> SettingsFor(MergeTensor tensor) => SettingsFor(places[tensor.Name]);

    /// <summary>The values given for a tensor.</summary>
    public IReadOnlyList<MergeSetting> SettingsFor(TensorPlace place) =>
        [.. document.Method!.Parameters.SelectMany(parameter => parameter.IsPerModel ? PerModel(parameter, place) : ForAll(parameter, place))];

    private IEnumerable<MergeSetting> PerModel(MergeParameter parameter, TensorPlace place)
    {
        for (int operand = 0; operand < operands.Count; operand++)
        {
            if (_lookup.Find(parameter.Name, place, operands[operand][place.Slice].Source) is { } value)
            {
                yield return new MergeSetting(parameter.Name, ParameterText.Readable(parameter, value) ?? value, operand);
            }
        }
    }

    private IEnumerable<MergeSetting> ForAll(MergeParameter parameter, TensorPlace place)
    {
        if (_lookup.Find(parameter.Name, place, null) is { } value)
        {
            yield return new MergeSetting(parameter.Name, ParameterText.Readable(parameter, value) ?? value);
        }
    }
}
