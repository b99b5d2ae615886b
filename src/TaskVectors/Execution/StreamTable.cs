using System.Collections.Immutable;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>The stored tensors behind one tensor of several models, each once: a base that all are relative to is read once.</summary>
/// <param name="Streams">The stored tensors and the index of their source.</param>
/// <param name="Models">For each model the terms whose sum it is.</param>
internal sealed record StreamTable(ImmutableArray<(int Input, TensorInfo Tensor)> Streams, ImmutableArray<ImmutableArray<StreamTerm>> Models)
{
    private readonly ImmutableArray<bool> _isUsed = [.. Enumerable.Range(0, Streams.Length).Select(stream => Models.Any(terms => terms.Any(term => term.Stream == stream)))];

    /// <summary>Whether a model is made of a stream.</summary>
    public bool IsUsed(int stream) => _isUsed[stream];

    public static StreamTable Of(AlignedVectorTensor tensor)
    {
        var streams = new List<(int Input, TensorInfo Tensor)>();
        ImmutableArray<ImmutableArray<StreamTerm>> models = [.. tensor.Vectors.Select(terms => ImmutableArray.CreateRange(terms.Where(term => term.Coefficient != 0).Select(TermOf)))];
        return new StreamTable([.. streams], models);

        StreamTerm TermOf(PlannedTerm term)
        {
            int stream = streams.FindIndex(known => known.Input == term.Input && known.Tensor.Name == term.Tensor.Name);
            if (stream < 0)
            {
                stream = streams.Count;
                streams.Add((term.Input, term.Tensor));
            }

            return new StreamTerm(stream, term.Coefficient);
        }
    }
}
