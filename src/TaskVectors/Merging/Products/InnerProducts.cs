using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Products;

/// <summary>
/// The inner products of all pairs of models, over some elements. Whatever is built of sums of the models (norms, angles, points of the sphere that
/// they span) follows from them alone, so that one pass over a tensor is enough however many steps a method makes.
/// </summary>
/// <param name="models">The number of models.</param>
internal sealed class InnerProducts(int models)
{
    private readonly double[] _values = new double[models * models];

    /// <summary>The number of models.</summary>
    public int Count => models;

    /// <summary>The inner product of two models.</summary>
    public double this[int first, int second] => _values[(Math.Min(first, second) * models) + Math.Max(first, second)];

    /// <summary>The norm of a model.</summary>
    public double Norm(int model) => Math.Sqrt(this[model, model]);

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_values);

    /// <summary>Adds the products of a block.</summary>
    public void Observe<T>(MergeBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ProductSums.Add(block, _values);

    /// <summary>Adds the products of other elements.</summary>
    public void Add(InnerProducts other)
    {
        for (int index = 0; index < _values.Length; index++)
        {
            _values[index] += other._values[index];
        }
    }

    /// <summary>The inner product of two sums of models, given by their coefficients.</summary>
    public double Between(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int first = 0; first < models; first++)
        {
            for (int second = 0; second < models; second++)
            {
                sum += left[first] * right[second] * this[first, second];
            }
        }

        return sum;
    }

    /// <summary>The norm of a sum of models, given by its coefficients.</summary>
    public double NormOf(ReadOnlySpan<double> coefficients) => Math.Sqrt(Math.Max(0, Between(coefficients, coefficients)));
}
