using TaskVectors.Checkpoints.Lora;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Decomposition.Parts;

/// <summary>Splits the task vectors of one matrix into the parts that the plan wants: dense, or with factors.</summary>
internal sealed class PartSplit(DecompositionPlan plan, ILinearAlgebraProvider provider, MatrixDecomposition<float> decomposition)
{
    private readonly FactoredSplit _factored = new(decomposition, provider);

    /// <summary>Splits one task vector, which then holds its unique part.</summary>
    public SplitParts Split(PlannedDecomposition tensor, int task, Matrix<float> vector, CancellationToken cancellationToken)
    {
        bool hasSharedFactors = plan.Parts[task].Modules.ContainsKey(tensor.Base.Name);
        bool hasUniqueFactors = plan.Parts[plan.TaskCount + task].Modules.ContainsKey(tensor.Base.Name);
        if (!hasSharedFactors && !hasUniqueFactors)
        {
            return SplitDense(vector, cancellationToken);
        }

        (LowRankFactors shared, LowRankFactors? unique) = tensor.FactorRanks[task] is null
            ? (_factored.Shared(vector), null)
            : _factored.Split(plan.FactorsOf(tensor, task));
        Matrix<double> product = provider.Multiply(
            new ReadOnlyMatrixSpan<double>(shared.B, shared.Rows, shared.Rank),
            new ReadOnlyMatrixSpan<double>(shared.A, shared.Rank, shared.Columns),
            cancellationToken);
        (Matrix<float> dense, double squares) = Subtract(vector, product, shared.Scale);
        (LowRankFactors? kept, double? error) =
            hasUniqueFactors && unique is null ? Truncate(vector, cancellationToken) : (unique, (double?)null);
        return new SplitParts(dense, squares, hasSharedFactors ? shared : null, hasUniqueFactors ? kept : null, error);
    }

    private SplitParts SplitDense(Matrix<float> vector, CancellationToken cancellationToken)
    {
        Matrix<float> shared = decomposition.Shared(vector.View, cancellationToken);
        MatrixDecomposition<float>.Subtract(vector.Target.Elements, shared.Elements);
        double squares = MatrixNorms.Inner(shared.Elements, shared.Elements);
        return new SplitParts(shared, squares, null, null, null);
    }

    // From the product in F64, so that the parts add up to the vector with one rounding.
    private static (Matrix<float> Shared, double Squares) Subtract(Matrix<float> vector, Matrix<double> product, double scale)
    {
        Matrix<float> shared = Matrix.Zero<float>(vector.Rows, vector.Columns);
        Span<float> rounded = shared.Target.Elements;
        Span<float> rest = vector.Target.Elements;
        ReadOnlySpan<double> exact = product.Elements;
        double squares = 0;
        for (int index = 0; index < rest.Length; index++)
        {
            double value = scale * exact[index];
            rounded[index] = (float)value;
            rest[index] = (float)(rest[index] - value);
            squares += value * value;
        }

        return (shared, squares);
    }

    private (LowRankFactors Factors, double Error) Truncate(Matrix<float> unique, CancellationToken cancellationToken)
    {
        ThinSvd<float> svd = provider.ThinSvd(unique.View, cancellationToken);
        double[] values = Array.ConvertAll(svd.SingularValues.ToArray(), value => (double)value);
        int rank = Math.Min(svd.NumericalRank(), plan.Options.UniqueRank!.Choose(values, unique.Rows, unique.Columns, null));
        if (rank == 0)
        {
            return (new LowRankFactors(unique.Rows, unique.Columns, 1, new double[unique.Rows], new double[unique.Columns]), 0);
        }

        double lost = values.Skip(rank).Sum(value => value * value);
        double whole = values.Sum(value => value * value);
        return (FactoredSplit.Round(BalancedFactors.Of(svd, rank)), Math.Sqrt(lost / whole));
    }
}
