namespace TaskVectors.Decomposition.Subspaces;

/// <summary>How the shared subspace is found, every choice made.</summary>
/// <param name="Mode">The reading.</param>
/// <param name="Cut">Eigenvalues above it are kept.</param>
/// <param name="IsPairwise">Whether each pair is taken alone.</param>
internal sealed record SubspaceRule(DecompositionMode Mode, double Cut, bool IsPairwise);
