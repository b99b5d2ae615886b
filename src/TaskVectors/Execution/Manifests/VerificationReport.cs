namespace TaskVectors.Execution.Manifests;

/// <summary>What came of checking an output against its manifest.</summary>
/// <param name="ManifestPath">The manifest.</param>
/// <param name="Manifest">Its content.</param>
/// <param name="FilesChecked">The number of files read.</param>
/// <param name="TensorsChecked">The number of tensors read.</param>
/// <param name="Problems">What differs, a line each; empty when nothing does.</param>
public sealed record VerificationReport(string ManifestPath, Manifest Manifest, int FilesChecked, int TensorsChecked, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the output is what its manifest says.</summary>
    public bool IsGood => Problems.Count == 0;
}
