using System.Buffers;
using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Spectral;

/// <summary>The task vectors of one matrix, as spectral methods look at them.</summary>
internal sealed class TaskMatrices(IUnitVectors vectors, MergeContext context, RankCap cap, SpectralPrecision precision)
{
    // Factors of adapters have exactly the rank they say, so that a randomised decomposition of that rank finds all of it.
    private static readonly TruncatedSvdOptions LowRank = new() { Tolerance = 1e-12 };
    private static readonly TruncatedSvdOptions Exact = new() { Method = TruncatedSvdMethod.Exact };

    private const int TileElements = 8 * 1024;

    public int Count => vectors.VectorCount;

    public int Rows => vectors.Unit.Tensors[0].Rows;

    public int Columns => vectors.Unit.Tensors[0].Columns;

    public int SmallerSide => Math.Min(Rows, Columns);

    /// <summary>
    /// Whether to work in F32 and through Gram matrices. Low-rank task vectors have a fast way of their own, and null spaces that rounding would fill.
    /// </summary>
    public bool IsFast { get; } = precision == SpectralPrecision.Fast
        && Math.Min(vectors.Unit.Tensors[0].Rows, vectors.Unit.Tensors[0].Columns) >= GramSvd.LeastSide
        && Enumerable.Range(0, vectors.VectorCount).All(vector => vectors.RankBound(vector) is null);

    /// <summary>The precision that is used.</summary>
    public SpectralPrecision Precision => IsFast ? SpectralPrecision.Fast : SpectralPrecision.Exact;

    public Matrix<double> Read(int vector) => vectors.Read(vector);

    /// <summary>Reads a task vector in an element type; F32 rounds to nearest even.</summary>
    public Matrix<T> Read<T>(int vector)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            return In<double, T>(vectors.Read(vector));
        }

        T[] values = GC.AllocateUninitializedArray<T>(checked(Rows * Columns));
        ForEachTile((first, tile) =>
        {
            vectors.Read(vector, 0, first, tile);
            MatrixLayout.Convert<double, T>(tile, values.AsSpan(first, tile.Length));
        });
        return Matrix.Wrap(values, Rows, Columns);
    }

    /// <summary>A matrix in another element type; itself where it has that type.</summary>
    public static Matrix<TTarget> In<TSource, TTarget>(Matrix<TSource> matrix)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget> => matrix as Matrix<TTarget> ?? matrix.View.ToMatrix<TTarget>();

    /// <summary>The sum of all task vectors.</summary>
    public Matrix<double> Sum()
    {
        double[] sum = GC.AllocateUninitializedArray<double>(checked(Rows * Columns));
        vectors.Sum(0, 0, sum);
        return Matrix.Wrap(sum, Rows, Columns);
    }

    /// <summary>The sum of all task vectors, taken in F64 and rounded to F32 once.</summary>
    /// <param name="sum">Receives the elements, row by row.</param>
    public void Sum(Span<float> sum)
    {
        double[] buffer = ArrayPool<double>.Shared.Rent(TileElements);
        for (int first = 0; first < sum.Length; first += TileElements)
        {
            Span<double> tile = buffer.AsSpan(0, Math.Min(TileElements, sum.Length - first));
            vectors.Sum(0, first, tile);
            MatrixLayout.Convert<double, float>(tile, sum.Slice(first, tile.Length));
        }

        ArrayPool<double>.Shared.Return(buffer);
    }

    /// <summary>The rank bound of a task vector where the cap asks for it.</summary>
    public int? BoundOf(int vector) => cap == RankCap.Adapter ? vectors.RankBound(vector) : null;

    /// <summary>The rank bound of the sum where the cap asks for it: the sum of the bounds.</summary>
    public int? BoundOfSum()
    {
        int?[] bounds = [.. Enumerable.Range(0, Count).Select(BoundOf)];
        return bounds.Contains(null) ? null : bounds.Sum();
    }

    /// <summary>The leading singular triplets, at most so many as the rank and the bound say.</summary>
    public ThinSvd<T> Leading<T>(Matrix<T> matrix, int rank, int? bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = Math.Min(rank, bound ?? rank);
        if (IsFast && GramSvd.TryLeading(context.LinearAlgebra, matrix.View, _ => count, count, CancellationToken.None) is { } leading
            && (cap == RankCap.Adapter || leading.Count == count))
        {
            return leading.Triplets(context.LinearAlgebra, matrix.View, CancellationToken.None);
        }

        ThinSvd<T> svd = context.LinearAlgebra.TruncatedSvd(matrix.View, count, bound is null ? Exact : LowRank).Factors;
        return cap == RankCap.Adapter ? svd.Truncate(svd.NumericalRank()) : svd;
    }

    /// <summary>The leading singular triplets, as many as the rank says, those of singular values that are rounding error included.</summary>
    public ThinSvd<T> All<T>(Matrix<T> matrix, int rank)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        IsFast && GramSvd.TryLeading(context.LinearAlgebra, matrix.View, _ => rank, rank, CancellationToken.None) is { } leading && leading.Count == rank
            ? leading.Triplets(context.LinearAlgebra, matrix.View, CancellationToken.None)
            : context.LinearAlgebra.TruncatedSvd(matrix.View, rank, Exact).Factors;

    /// <summary>The triplets whose singular values are more than rounding error beside a scale.</summary>
    public ThinSvd<T> Significant<T>(ThinSvd<T> svd, double scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (cap == RankCap.None || svd.Count == 0)
        {
            return svd;
        }

        double threshold = scale * RankTolerance.Default<T>(Rows, Columns);
        int count = 0;
        while (count < svd.Count && double.CreateTruncating(svd.SingularValues.Span[count]) > threshold)
        {
            count++;
        }

        return svd.Truncate(count);
    }

    // Tiles stay in the second-level cache, and no whole copy is made only to be converted or added.
    private void ForEachTile(Action<int, Span<double>> work)
    {
        double[] buffer = ArrayPool<double>.Shared.Rent(TileElements);
        int elements = checked(Rows * Columns);
        for (int first = 0; first < elements; first += TileElements)
        {
            work(first, buffer.AsSpan(0, Math.Min(TileElements, elements - first)));
        }

        ArrayPool<double>.Shared.Return(buffer);
    }
}
