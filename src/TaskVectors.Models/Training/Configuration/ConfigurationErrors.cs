using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Collects what is wrong with a configuration and with the files that it names, so that one report holds all of it.</summary>
internal sealed class ConfigurationErrors
{
    private readonly string _file;
    private readonly List<TrainingConfigurationException> _errors;

    public ConfigurationErrors(TrainingConfiguration configuration)
    {
        _file = configuration.Path;
        _errors = [.. configuration.Problems.Where(problem => problem.Severity == RecipeSeverity.Error).Select(problem => new TrainingConfigurationException(_file, problem))];
    }

    public void Add(YamlNode node, string message, TaskVectorsException? cause = null) =>
        _errors.Add(new TrainingConfigurationException(_file, new RecipeProblem(RecipeSeverity.Error, node.Line, node.Column, message), cause));

    /// <summary>Does what may fail; a failure is reported at a place.</summary>
    public T? Try<T>(YamlNode node, Func<T> open)
        where T : class
    {
        try
        {
            return open();
        }
        catch (TaskVectorsException failure)
        {
            Add(node, failure.Message, failure);
            return null;
        }
    }

    /// <exception cref="TrainingConfigurationException">There is one error.</exception>
    /// <exception cref="AggregateEditException">There are several.</exception>
    public void ThrowIfAny()
    {
        TrainingConfigurationException[] errors = [.. _errors.OrderBy(error => error.Problem.Line).ThenBy(error => error.Problem.Column)];
        switch (errors.Length)
        {
            case 0:
                return;
            case 1:
                throw errors[0];
            default:
                throw new AggregateEditException(errors);
        }
    }
}
