namespace TaskVectors.LinearAlgebra;

/// <summary>An iterative decomposition gave up on a finite matrix. Seen only on numerically extreme input.</summary>
public sealed class ConvergenceException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="operation">The operation that gave up.</param>
    /// <param name="provider">The provider that ran it.</param>
    /// <param name="rows">The rows of the matrix.</param>
    /// <param name="columns">The columns of the matrix.</param>
    /// <param name="innerException">The solver's own error, if it threw one.</param>
    public ConvergenceException(string operation, string provider, int rows, int columns, Exception? innerException = null)
        : base(
            $"{operation} of a {rows} x {columns} matrix did not converge with the {provider} implementation; try the other implementation.",
            innerException)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "linear-algebra.no-convergence";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
