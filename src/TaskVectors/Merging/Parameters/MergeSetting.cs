namespace TaskVectors.Merging.Parameters;

/// <summary>A value given for a parameter, as text: from a command line, a recipe or an expression.</summary>
/// <param name="Parameter">The name of the parameter.</param>
/// <param name="Value">The value.</param>
/// <param name="Vector">The index of the task vector it holds for; <see langword="null"/> for all.</param>
public sealed record MergeSetting(string Parameter, string Value, int? Vector = null);
