namespace TaskVectors.Analysis;

/// <summary>The spectra of task vectors, matrix by matrix.</summary>
/// <param name="Names">The names of the task vectors.</param>
/// <param name="Layers">The matrices, in the storage order of the base.</param>
public sealed record SpectrumReport(IReadOnlyList<string> Names, IReadOnlyList<LayerSpectrum> Layers)
{
    /// <summary>What did not converge and was computed in another way; empty as a rule.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];
}
