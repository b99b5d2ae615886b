using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>The block that ViT and CLIP share: x + attention(norm(x)), then x + MLP(norm(x)), under the names that each has for its parts.</summary>
internal sealed class PreNormBlock
{
    private readonly Tensor[] _firstNorm;
    private readonly Tensor?[] _query;
    private readonly Tensor?[] _key;
    private readonly Tensor?[] _value;
    private readonly Tensor[] _attention;
    private readonly Tensor[] _secondNorm;
    private readonly Tensor[] _inner;
    private readonly Tensor[] _outer;
    private readonly int _heads;
    private readonly int _size;
    private readonly float _epsilon;
    private readonly Activation _activation;

    public PreNormBlock(WeightReader weights, PreNormNames names, PreNormSizes sizes)
    {
        (int width, int inner) = (sizes.Width, sizes.Inner);
        _heads = sizes.Heads;
        _size = width / sizes.Heads;
        _epsilon = sizes.Epsilon;
        _activation = sizes.Activation;
        _firstNorm = Norm(names.FirstNorm);
        _query = Projection(names.Query);
        _key = Projection(names.Key);
        _value = Projection(names.Value);
        _attention = Map(names.Attention, width, width);
        _secondNorm = Norm(names.SecondNorm);
        _inner = Map(names.Inner, inner, width);
        _outer = Map(names.Outer, width, inner);

        Tensor[] Norm(string name) => [weights.Take(name + ".weight", width), weights.Take(name + ".bias", width)];

        Tensor[] Map(string name, int outputs, int inputs) => [weights.Take(name + ".weight", outputs, inputs), weights.Take(name + ".bias", outputs)];

        Tensor?[] Projection(string name) =>
            [weights.Take(name + ".weight", width, width), sizes.HasProjectionBias ? weights.Take(name + ".bias", width) : null];
    }

    public Tensor Run(Tensor x, AttentionOptions options)
    {
        Tensor normal = x.LayerNorm(_firstNorm[0], _firstNorm[1], _epsilon);
        Tensor attended = AttentionOperations.Attend(Project(_query), Project(_key), Project(_value), options);
        Tensor middle = attended.Linear(_attention[0], _attention[1], residual: x);
        return middle.LayerNorm(_secondNorm[0], _secondNorm[1], _epsilon)
            .Linear(_inner[0], _inner[1], _activation)
            .Linear(_outer[0], _outer[1], residual: middle);

        Heads Project(Tensor?[] map) => new(normal.Linear(map[0]!, map[1]), _heads, _size);
    }
}
