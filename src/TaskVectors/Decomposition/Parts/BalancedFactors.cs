using System.Numerics;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Decomposition.Parts;

/// <summary>
/// The best approximation of a rank as a product of factors of equal size: B = U_r diag(s_r)^(1/2) and A = diag(s_r)^(1/2) V_r^T. Source:
/// Eckart and Young, "The Approximation of One Matrix by Another of Lower Rank", Psychometrika 1(3), 1936.
/// </summary>
internal static class BalancedFactors
{
    public static LowRankFactors Of<T>(ThinSvd<T> svd, int rank)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<double> b = svd.U.FirstColumns(rank).ToMatrix<double>();
        Matrix<double> a = svd.Vt.FirstRows(rank).ToMatrix<double>();
        for (int k = 0; k < rank; k++)
        {
            double root = Math.Sqrt(double.CreateTruncating(svd.SingularValues.Span[k]));
            for (int row = 0; row < b.Rows; row++)
            {
                b.Target[row, k] *= root;
            }

            foreach (ref double value in a.Target.Row(k))
            {
                value *= root;
            }
        }

        return new LowRankFactors(b.Rows, a.Columns, rank, b.Memory, a.Memory);
    }
}
