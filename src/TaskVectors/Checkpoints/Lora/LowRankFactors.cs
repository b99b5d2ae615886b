using System.Runtime.InteropServices;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// A matrix as a product of two thin ones, W = s B A with B of [rows, r] and A of [r, columns]: an exact low-rank task vector. Sums and
/// multiples stay factored. Immutable and safe for use from several threads.
/// </summary>
/// <remarks>
/// Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022, section 4.1 (s = alpha / r there).
/// </remarks>
public sealed class LowRankFactors
{
    // A piece of the result and of a row of A lie in the first-level cache together.
    private const int PieceElements = 2048;

    private readonly ReadOnlyMemory<double> _b;
    private readonly ReadOnlyMemory<double> _a;

    /// <summary>Makes a product of factors; the arrays are not copied and must not change.</summary>
    /// <param name="rows">The rows of B, at least 0.</param>
    /// <param name="columns">The columns of A, at least 0.</param>
    /// <param name="rank">The columns of B and the rows of A, at least 0.</param>
    /// <param name="b">B of [rows, rank], row-major.</param>
    /// <param name="a">A of [rank, columns], row-major.</param>
    /// <param name="scale">The scale s, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or the scale is not finite.</exception>
    /// <exception cref="ArgumentException">A factor has another length than its shape says.</exception>
    public LowRankFactors(int rows, int columns, int rank, ReadOnlyMemory<double> b, ReadOnlyMemory<double> a, double scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfEqual(double.IsFinite(scale), false, nameof(scale));
        ThrowIfWrongLength(b, rows, rank, nameof(b));
        ThrowIfWrongLength(a, rank, columns, nameof(a));
        Rows = rows;
        Columns = columns;
        Rank = rank;
        Scale = scale;
        _b = b;
        _a = a;
    }

    /// <summary>The rows of the product.</summary>
    public int Rows { get; }

    /// <summary>The columns of the product.</summary>
    public int Columns { get; }

    /// <summary>The inner dimension r: an upper bound of the rank of the product. 0 for the zero matrix.</summary>
    public int Rank { get; }

    /// <summary>The scale s.</summary>
    public double Scale { get; }

    /// <summary>The left factor B of [rows, r], row-major, without the scale.</summary>
    public ReadOnlySpan<double> B => _b.Span;

    /// <summary>The right factor A of [r, columns], row-major, without the scale.</summary>
    public ReadOnlySpan<double> A => _a.Span;

    /// <summary>The sum of two products.</summary>
    public static LowRankFactors operator +(LowRankFactors left, LowRankFactors right) => left.Add(right);

    /// <summary>The product scaled by a finite coefficient.</summary>
    public static LowRankFactors operator *(double coefficient, LowRankFactors factors) => factors.Multiply(coefficient);

    /// <summary>
    /// The sum, as the product of concatenated factors: [B1 B2] [A1; A2], of rank r1 + r2. Where the scales differ they are folded into the
    /// columns of B, each rounded once to F64; equal scales are kept and nothing is rounded.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public LowRankFactors Add(LowRankFactors other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Rows != Rows || other.Columns != Columns)
        {
            throw new ArgumentException($"[{other.Rows}, {other.Columns}] cannot be added to [{Rows}, {Columns}].", nameof(other));
        }

        bool sameScale = Scale == other.Scale;
        int rank = checked(Rank + other.Rank);
        double[] b = new double[checked(Rows * rank)];
        for (int row = 0; row < Rows; row++)
        {
            Span<double> joined = b.AsSpan(row * rank, rank);
            CopyRow(this, row, joined[..Rank], sameScale ? 1 : Scale);
            CopyRow(other, row, joined[Rank..], sameScale ? 1 : other.Scale);
        }

        return new LowRankFactors(Rows, Columns, rank, b, (double[])[.. A, .. other.A], sameScale ? Scale : 1);
    }

    /// <summary>The product times a coefficient, which goes into <see cref="Scale"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The coefficient, or the new scale, is not finite.</exception>
    public LowRankFactors Multiply(double coefficient) => new(Rows, Columns, Rank, _b, _a, Scale * coefficient);

    /// <summary>The transposed matrix, s A^T B^T.</summary>
    public LowRankFactors Transpose() => new(Columns, Rows, Rank, Transpose(A, Rank, Columns), Transpose(B, Rows, Rank), Scale);

    /// <summary>The whole matrix, row-major; [rows, columns] must fit in one array.</summary>
    /// <exception cref="OverflowException">The matrix is too large for one array.</exception>
    public double[] ToDense()
    {
        double[] dense = new double[checked(Rows * Columns)];
        Compute(0, dense);
        return dense;
    }

    /// <summary>
    /// Computes part of the matrix: elements from <paramref name="firstElement"/> on in row-major order. Each is the sum over k = 0 ...
    /// r-1, in this order by fused multiply-add in F64, and then times s: the same bits however the matrix is cut into parts.
    /// </summary>
    /// <param name="firstElement">The row-major index of the first element.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie in the matrix.</exception>
    public void Compute(long firstElement, Span<double> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, (long)Rows * Columns - destination.Length);
        while (!destination.IsEmpty)
        {
            int row = (int)(firstElement / Columns);
            int column = (int)(firstElement % Columns);
            int count = Math.Min(Math.Min(Columns - column, destination.Length), PieceElements);
            ComputePiece(row, column, destination[..count]);
            firstElement += count;
            destination = destination[count..];
        }
    }

    internal static double[] Transpose(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        double[] transposed = new double[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }

        return transposed;
    }

    private static void CopyRow(LowRankFactors factors, int row, Span<double> destination, double scale)
    {
        ReadOnlySpan<double> source = factors.B.Slice(row * factors.Rank, factors.Rank);
        for (int k = 0; k < source.Length; k++)
        {
            destination[k] = scale * source[k];
        }
    }

    private static void ThrowIfWrongLength(ReadOnlyMemory<double> factor, int rows, int columns, string name)
    {
        if (factor.Length != (long)rows * columns)
        {
            throw new ArgumentException($"A factor of [{rows}, {columns}] has {(long)rows * columns} elements; {factor.Length} are given.", name);
        }
    }

    private void ComputePiece(int row, int column, Span<double> piece)
    {
        if (Rank == 0)
        {
            piece.Clear();
            return;
        }

        ReadOnlySpan<double> coefficients = B.Slice(row * Rank, Rank);
        TensorConverter.Multiply(DType.F64, RowOfA(0, column, piece.Length), coefficients[0], piece);
        for (int k = 1; k < Rank; k++)
        {
            TensorConverter.MultiplyAdd(DType.F64, RowOfA(k, column, piece.Length), coefficients[k], piece);
        }

        if (Scale == 1)
        {
            return;
        }

        foreach (ref double element in piece)
        {
            element *= Scale;
        }
    }

    private ReadOnlySpan<byte> RowOfA(int k, int column, int count) => MemoryMarshal.AsBytes(A.Slice(k * Columns + column, count));
}
