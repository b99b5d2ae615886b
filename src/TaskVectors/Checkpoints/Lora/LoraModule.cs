using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>The factors of one adapted module, by their headers; checked against each other and the configuration.</summary>
/// <param name="Name">The module.</param>
/// <param name="Kind">How the factors lie in the weight.</param>
/// <param name="A">The tensor of A.</param>
/// <param name="B">The tensor of B.</param>
/// <param name="Rank">The rank r.</param>
/// <param name="Scale">The scale s.</param>
internal sealed record LoraModule(string Name, LoraLayerKind Kind, TensorInfo A, TensorInfo B, int Rank, double Scale)
{
    /// <summary>Whether the change is (B A)^T rather than B A.</summary>
    public bool IsTransposed => Kind is LoraLayerKind.TransposedLinear or LoraLayerKind.Embedding;

    /// <summary>The size of B's output: the channels of the module.</summary>
    public long Outputs => B.Shape[0];

    /// <summary>The rest of A: what one channel takes in.</summary>
    public long Inputs => Rank == 0 ? 0 : A.ElementCount / A.Shape[0];

    /// <summary>The shape of the weight that the factors make.</summary>
    /// <exception cref="OverflowException">It has too many elements.</exception>
    public TensorShape WeightShape => Kind switch
    {
        LoraLayerKind.Convolution => new TensorShape([Outputs, .. A.Shape.Dimensions[1..]]),
        LoraLayerKind.Linear => new TensorShape(Outputs, Inputs),
        _ => new TensorShape(Inputs, Outputs),
    };

    /// <summary>The bytes that the factors take in memory.</summary>
    public long FactorBytes => sizeof(double) * (A.ElementCount + B.ElementCount);

    /// <summary>Joins a pair of factors.</summary>
    /// <param name="file">The file of the weights, for messages.</param>
    /// <param name="name">The module.</param>
    /// <param name="isEmbedding">Whether the factors are those of an embedding.</param>
    /// <param name="a">The tensor of A.</param>
    /// <param name="b">The tensor of B.</param>
    /// <param name="config">The configuration.</param>
    /// <exception cref="LoraException">Shapes, ranks or dtypes do not fit.</exception>
    public static LoraModule Create(string file, string name, bool isEmbedding, TensorInfo a, TensorInfo b, LoraConfig config)
    {
        RequireFloat(file, a);
        RequireFloat(file, b);
        LoraLayerKind kind = KindOf(file, isEmbedding, a, b, config);
        int rank = config.RankOf(name);
        if (a.Shape[0] != b.Shape[1])
        {
            throw new LoraException(
                LoraError.RankMismatch,
                file,
                $"the factors of {QuotedName.Of(name)} have different ranks: A is {a.Shape} and B is {b.Shape}.",
                b.Name);
        }

        if (a.Shape[0] != rank)
        {
            throw new LoraException(
                LoraError.RankMismatch,
                file,
                $"the factors of {QuotedName.Of(name)} have rank {a.Shape[0]}, and {LoraConstants.ConfigFile} says {rank}; the "
                + "scale would be wrong. "
                + "The file and the configuration do not belong together.",
                a.Name);
        }

        var module = new LoraModule(name, kind, a, b, rank, config.ScaleOf(name));
        module.RequireSize(file);
        return module;
    }

    /// <summary>Requires a tensor to be one that takes part in arithmetic.</summary>
    public static void RequireFloat(string file, TensorInfo tensor)
    {
        if (!tensor.DType.IsArithmetic())
        {
            throw new LoraException(
                LoraError.UnsupportedDataType,
                file,
                $"tensor {QuotedName.Of(tensor.Name)} is {tensor.DType.Name()}; the tensors of an adapter are floating-point.",
                tensor.Name);
        }
    }

    private static LoraLayerKind KindOf(string file, bool isEmbedding, TensorInfo a, TensorInfo b, LoraConfig config)
    {
        bool isMatrix = a.Shape.Rank == 2 && b.Shape.Rank == 2;
        bool isKernel = !isEmbedding && a.Shape.Rank > 2 && b.Shape.Rank == a.Shape.Rank && !b.Shape.Dimensions[2..].ContainsAnyExcept(1L);
        return isKernel ? LoraLayerKind.Convolution
            : !isMatrix ? throw new LoraException(
                LoraError.ShapeMismatch,
                file,
                $"tensors {QuotedName.Of(a.Name)} of {a.Shape} and {QuotedName.Of(b.Name)} of {b.Shape} are no pair of factors: "
                + "A is [r, in] and B is [out, r], or for a convolution A is [r, in, ...] and B is [out, r, 1, ...].",
                a.Name)
            : isEmbedding ? LoraLayerKind.Embedding
            : config.IsFanInFanOut ? LoraLayerKind.TransposedLinear
            : LoraLayerKind.Linear;
    }

    private void RequireSize(string file)
    {
        try
        {
            bool fits = new TensorInfo(Name, DType.F64, WeightShape).ByteCount > 0
                && Outputs <= int.MaxValue
                && Inputs <= int.MaxValue
                && A.ElementCount <= Array.MaxLength
                && B.ElementCount <= Array.MaxLength;
            if (fits)
            {
                return;
            }
        }
        catch (OverflowException)
        {
            // Too large even to count, which is the error below.
        }

        throw new LoraException(
            LoraError.TooLarge,
            file,
            $"the factors of {QuotedName.Of(Name)}, {A.Shape} and {B.Shape}, make a tensor that is empty or too large.",
            A.Name);
    }
}
