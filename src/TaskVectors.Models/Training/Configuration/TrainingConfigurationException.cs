using TaskVectors.Recipes;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A problem of a training configuration; the message begins with the file, the line and the column.</summary>
public sealed class TrainingConfigurationException : TaskVectorsException
{
    private readonly TaskVectorsException? _cause;

    /// <summary>Creates the error.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="cause">What a file that it names is refused for, or <see langword="null"/>.</param>
    public TrainingConfigurationException(string file, RecipeProblem problem, TaskVectorsException? cause = null)
        : base($"{file}:{problem}", cause)
    {
        _cause = cause;
        File = file;
        Problem = problem;
    }

    /// <summary>What is wrong, and where.</summary>
    public RecipeProblem Problem { get; }

    /// <inheritdoc/>
    public override string Kind => _cause?.Kind ?? "training.configuration";

    /// <inheritdoc/>
    public override ErrorCategory Category => _cause?.Category ?? ErrorCategory.BadInput;
}
