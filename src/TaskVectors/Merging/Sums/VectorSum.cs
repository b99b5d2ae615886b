using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Sums;

/// <summary>How trimmed task vectors are added: weighted, all of them or those of the elected sign.</summary>
internal sealed class VectorSum : IVectorSum
{
    private readonly double[] _weights;
    private readonly bool _elects;
    private readonly bool _normalizes;
    private readonly double _scale;

    /// <param name="method">The method, for messages.</param>
    /// <param name="arguments">Its parameters.</param>
    /// <param name="elects">Whether signs are elected.</param>
    /// <param name="normalizes">Whether the sum is divided by the sum of the weights that take part.</param>
    /// <exception cref="MergeException">The weights of a sum over all models cannot be normalised.</exception>
    public VectorSum(IMergeMethod method, MergeArguments arguments, bool elects, bool normalizes)
    {
        _weights = [.. Enumerable.Range(0, arguments.VectorCount).Select(model => arguments.Get(SumParameters.Weight, model))];
        _elects = elects;
        _normalizes = normalizes;
        _scale = arguments.Get(SumParameters.Lambda);
        if (normalizes && !elects)
        {
            _scale /= Divisor(method, _weights);
        }
    }

    /// <inheritdoc/>
    public double[]? Coefficients => _elects ? null : [.. _weights.Select(weight => weight * _scale)];

    /// <summary>Merges a block of trimmed task vectors, overwriting them.</summary>
    public void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_elects)
        {
            SignElection.Merge(block, _weights, _normalizes, _scale, result);
            return;
        }

        BlockMath.WeightedSum(block, _weights, result);
        if (_scale != 1)
        {
            BlockMath.Scale(result, T.CreateTruncating(_scale), result);
        }
    }

    /// <summary>The sum of weights, to divide by.</summary>
    /// <exception cref="MergeException">It is zero, or so near that what remains is rounding error.</exception>
    public static double Divisor(IMergeMethod method, IReadOnlyList<double> weights)
    {
        double sum = weights.Sum();
        return Math.Abs(sum) >= SignElection.SmallestDivisor
            ? sum
            : throw new MergeException(
                MergeError.InvalidValue, FormattableString.Invariant($"The weights of {method.Name} sum to {sum}, by which nothing can be divided; choose other weights, or pass normalize: false."));
    }
}
