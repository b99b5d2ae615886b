namespace TaskVectors.Decomposition;

/// <summary>The first line of a journal: which plan it belongs to.</summary>
/// <param name="Plan">The identity of the plan.</param>
internal sealed record DecompositionJournalHeader(string Plan);
