namespace TaskVectors.LinearAlgebra;

/// <summary>OpenBLAS was asked for by name and cannot be loaded.</summary>
public sealed class OpenBlasNotFoundException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="tried">The library names that were tried, in order.</param>
    public OpenBlasNotFoundException(IEnumerable<string> tried)
        : base(
            $"OpenBLAS cannot be loaded (tried {string.Join(", ", tried)}). Install it (Debian and Ubuntu: apt-get install " +
            "libopenblas0-pthread; Fedora: dnf install openblas-threads; macOS: brew install openblas), or choose the managed " +
            "implementation.")
    {
    }

    /// <inheritdoc/>
    public override string Kind => "linear-algebra.openblas-not-found";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.Usage;
}
