namespace TaskVectors.Analysis;

/// <summary>The spectra of one matrix of several task vectors.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Rows">The rows of the matrix: the dimension of the outputs, which is the first where nothing else is said.</param>
/// <param name="Columns">The columns: all other dimensions.</param>
/// <param name="Spectra">The spectrum of each task vector, in the order of the report.</param>
/// <param name="Angles">The angles between the leading column spaces of each pair of task vectors.</param>
public sealed record LayerSpectrum(string Name, int Rows, int Columns, IReadOnlyList<SpectrumOfMatrix> Spectra, IReadOnlyList<SubspaceAngles> Angles);
