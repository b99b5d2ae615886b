using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>How small a singular value must be, relative to the largest, to count as rounding error.</summary>
internal static class RankTolerance
{
    /// <summary>The spacing of numbers at 1: 2^-23 for F32, 2^-52 for F64.</summary>
    public static double Spacing<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateTruncating(T.BitIncrement(T.One) - T.One);

    /// <summary>max(m, n) x the spacing at 1: the size of singular values that rounding alone produces in an m x n matrix.</summary>
    public static double Default<T>(int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Max(rows, columns) * Spacing<T>();
}
