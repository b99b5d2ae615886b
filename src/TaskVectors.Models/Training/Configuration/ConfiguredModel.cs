using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Finds the model of a configuration, or makes the edit of the models that it names; headers only are read.</summary>
internal sealed class ConfiguredModel(BoundConfiguration bound, ConfigurationPaths paths, ConfigurationErrors errors)
{
    /// <summary>Where the model is named.</summary>
    public YamlNode Node => (bound.Model ?? bound.Edit)?.Node ?? bound.PlaceOf("model");

    public ModelLoadOptions Loading => new() { Edit = EditOptions.Default with { AnyBase = bound.AnyBase } };

    /// <summary>The checkpoint, or null where it cannot be opened, which has been reported.</summary>
    public Checkpoint? Open()
    {
        if (bound.Model is { } model)
        {
            return errors.Try(model.Node, () => OpenPath(model.Text));
        }

        if (bound.Edit is not { } edit || bound.Models.Count == 0)
        {
            return null;
        }

        ExpressionModels models = new ExpressionModels().AddMergeMethods();
        int opened = bound.Models.Count(named => errors.Try(named.Path.Node, () => Add(models, named.Name, paths.OfModel(named.Path.Text))) is not null);
        return opened < bound.Models.Count ? null : errors.Try(edit.Node, () => EditExpression.Parse(edit.Text, models).Checkpoint
            ?? throw new TrainingException("training.model", $"'{edit.Text}' is a task vector, which cannot be trained; add it to a checkpoint."));
    }

    private Checkpoint OpenPath(string text)
    {
        Checkpoint checkpoint = Checkpoint.Open(paths.OfModel(text));
        return TaskVectorMetadata.IsTaskVector(checkpoint.Base)
            ? throw new TrainingException("training.model", $"'{text}' is a task vector or an adapter, which cannot be trained alone. Add it to its base: MODEL+ADAPTER.")
            : checkpoint;
    }

    private static ExpressionModels Add(ExpressionModels models, string name, string path) =>
        File.Exists(path) || Directory.Exists(path) ? models.Add(name, CheckpointFormats.Open(path)) : models.Add(name, Checkpoint.Open(path));
}
