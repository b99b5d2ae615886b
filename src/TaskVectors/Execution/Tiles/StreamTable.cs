using System.Collections.Immutable;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>The stored tensors behind one tensor of several models, each once: a base that all are relative to is read once.</summary>
/// <param name="Streams">The stored tensors and the index of their source.</param>
/// <param name="Models">For each model the terms whose sum it is.</param>
internal sealed record StreamTable(ImmutableArray<(int Input, TensorInfo Tensor)> Streams, ImmutableArray<ImmutableArray<StreamTerm>> Models)
{
    private readonly StreamUse[] _uses = UsesOf(Streams.Length, Models);

    /// <summary>Whether a model is made of a stream.</summary>
    public bool IsUsed(int stream) => _uses[stream] != StreamUse.None;

    /// <summary>Whether more than one model is made of a stream, or one in another way than <see cref="IsOwnDifference"/> and <see cref="IsOwn"/>.</summary>
    public bool IsShared(int stream) => _uses[stream] == StreamUse.Shared;

    /// <summary>Whether a model is the difference of two streams, the minuend of no other model: that can be decoded in its place.</summary>
    public bool IsOwnDifference(int model) => Models[model] is [_, { } own] && _uses[own.Stream] == StreamUse.Own;

    /// <summary>Whether a model is a stream as it is, that of no other model: it can be decoded in its place too.</summary>
    public bool IsOwn(int model) => Models[model] is [{ Coefficient: 1 } own] && _uses[own.Stream] == StreamUse.Own;

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

    private static StreamUse[] UsesOf(int streams, ImmutableArray<ImmutableArray<StreamTerm>> models)
    {
        var uses = new StreamUse[streams];
        foreach (ImmutableArray<StreamTerm> terms in models)
        {
            bool isDifference = terms is [{ Coefficient: -1 }, { Coefficient: 1 }];
            bool isAlone = terms is [{ Coefficient: 1 }];
            for (int place = 0; place < terms.Length; place++)
            {
                ref StreamUse use = ref uses[terms[place].Stream];
                use = use == StreamUse.None && (isAlone || (isDifference && place == 1)) ? StreamUse.Own : StreamUse.Shared;
            }
        }

        return uses;
    }

    private enum StreamUse
    {
        None,
        Own,
        Shared,
    }
}
