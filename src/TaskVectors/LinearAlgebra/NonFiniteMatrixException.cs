namespace TaskVectors.LinearAlgebra;

/// <summary>A decomposition was asked of a matrix that holds a NaN or an infinity.</summary>
public sealed class NonFiniteMatrixException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="operation">The operation that refused the matrix.</param>
    /// <param name="row">The row of the first such element.</param>
    /// <param name="column">The column of the first such element.</param>
    /// <param name="value">The element.</param>
    public NonFiniteMatrixException(string operation, int row, int column, double value)
        : base(
            FormattableString.Invariant($"{operation} needs finite numbers, but the matrix has {value} at row {row}, column {column}. ") +
            "The weights are damaged, or a previous step overflowed.")
    {
        Operation = operation;
        Row = row;
        Column = column;
    }

    /// <summary>The operation that refused the matrix.</summary>
    public string Operation { get; }

    /// <summary>The row of the first NaN or infinity in row-major order.</summary>
    public int Row { get; }

    /// <summary>The column of the first NaN or infinity in row-major order.</summary>
    public int Column { get; }

    /// <inheritdoc/>
    public override string Kind => "linear-algebra.not-finite";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
