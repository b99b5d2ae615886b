namespace TaskVectors.Models.Data.Fetching;

/// <summary>A data set that lies in the cache.</summary>
/// <param name="Source">What it is.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="WasThere">Whether it was there already.</param>
public sealed record FetchedData(DataSource Source, string Folder, int Files, long Bytes, bool WasThere);
