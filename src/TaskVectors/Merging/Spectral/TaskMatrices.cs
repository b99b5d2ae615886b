using TaskVectors.LinearAlgebra;

namespace TaskVectors.Merging.Spectral;

/// <summary>The task vectors of one matrix, as spectral methods look at them.</summary>
internal sealed class TaskMatrices(IUnitVectors vectors, MergeContext context, RankCap cap)
{
    // Factors of adapters have exactly the rank they say, so that a randomised decomposition of that rank finds all of it.
    private static readonly TruncatedSvdOptions LowRank = new() { Tolerance = 1e-12 };
    private static readonly TruncatedSvdOptions Exact = new() { Method = TruncatedSvdMethod.Exact };

    public int Count => vectors.VectorCount;

    public int Rows => vectors.Unit.Tensors[0].Rows;

    public int Columns => vectors.Unit.Tensors[0].Columns;

    public int SmallerSide => Math.Min(Rows, Columns);

    public Matrix<double> Read(int vector) => vectors.Read(vector);

    /// <summary>The sum of all task vectors.</summary>
    public Matrix<double> Sum()
    {
        Matrix<double> sum = vectors.Read(0);
        for (int vector = 1; vector < Count; vector++)
        {
            Add(sum, vectors.Read(vector));
        }

        return sum;
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
    public ThinSvd<double> Leading(Matrix<double> matrix, int rank, int? bound)
    {
        int count = Math.Min(rank, bound ?? rank);
        ThinSvd<double> svd = context.LinearAlgebra.TruncatedSvd(matrix.View, count, bound is null ? Exact : LowRank).Factors;
        return cap == RankCap.Adapter ? svd.Truncate(svd.NumericalRank()) : svd;
    }

    /// <summary>The triplets whose singular values are more than rounding error beside a scale.</summary>
    public ThinSvd<double> Significant(ThinSvd<double> svd, double scale)
    {
        if (cap == RankCap.None || svd.Count == 0)
        {
            return svd;
        }

        double threshold = scale * RankTolerance.Default<double>(Rows, Columns);
        int count = 0;
        while (count < svd.Count && svd.SingularValues.Span[count] > threshold)
        {
            count++;
        }

        return svd.Truncate(count);
    }

    internal static void Add(Matrix<double> sum, Matrix<double> addend)
    {
        Span<double> target = sum.Target.Elements;
        ReadOnlySpan<double> source = addend.Elements;
        for (int index = 0; index < target.Length; index++)
        {
            target[index] += source[index];
        }
    }
}
