using System.Globalization;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>
/// A direction z is shared when at least m tasks have it: sum_i ||U_i^T z||^2, the number of tasks that have it, rounds to m or more. In
/// the mode <see cref="DecompositionMode.Mean"/> that is an eigenvalue above (m - 1/2) / k.
/// </summary>
/// <param name="Tasks">m, at least 2 and at most the number of tasks.</param>
public sealed record SharedByAtLeast(int Tasks) : Sharing
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"at-least:{Tasks}");
}
