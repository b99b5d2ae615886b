using TaskVectors.Algebra;
using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Planning;

/// <summary>Finds patterns that match no tensor: they are misspelt, as nobody asks for nothing.</summary>
internal static class UnmatchedPatterns
{
    /// <summary>An error for each pattern that matches no tensor of the source.</summary>
    public static IEnumerable<EditException> Check(IEnumerable<NamePattern> patterns, CheckpointSource source)
    {
        foreach (NamePattern pattern in patterns.Distinct().Where(pattern => pattern != NamePattern.Everything && !source.Tensors.Any(tensor => pattern.Matches(tensor.Name))))
        {
            string hint = SimilarNames.Question(pattern.Text, source.Tensors.SelectMany(tensor => tensor.Name.Split('.')).Distinct());
            yield return new EditException(
                EditError.UnmatchedPattern,
                $"The pattern '{pattern}' matches no tensor of '{source.Path}'.{hint} A pattern is a whole name, dot-separated parts of one, "
                + "or has * and ? in it.")
            { File = source.Path };
        }
    }
}
