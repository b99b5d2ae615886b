using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Models;

/// <summary>The models of a command line, opened.</summary>
internal sealed class ModelSet
{
    private ModelSet(IReadOnlyList<OpenedModel> models) => Models = models;

    /// <summary>The models, in the order in which they were given.</summary>
    public IReadOnlyList<OpenedModel> Models { get; }

    public OpenedModel this[Index index] => Models[index.GetOffset(Models.Count)];

    /// <summary>The names of all that is stored by path, for plans and manifests.</summary>
    public ImmutableDictionary<string, string> NamesByPath { get; private init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether a path tells the name in the expression, and a name the path: no path has two names, and no name stands for a sum.</summary>
    public bool HasNameForEachPath => NamesByPath.Count == Models.Count && Models.All(model => model.Adapters.Length == 0);

    /// <summary>Opens models; reads headers only.</summary>
    /// <exception cref="TaskVectorsException">
    /// Some cannot be opened; several errors come as one <see cref="AggregateEditException"/>.
    /// </exception>
    public static ModelSet Open(IReadOnlyList<ModelReference> references)
    {
        var models = new List<OpenedModel>();
        var errors = new List<TaskVectorsException>();
        foreach (ModelReference reference in ModelNaming.Complete(references))
        {
            try
            {
                models.Add(OpenedModel.Open(reference));
            }
            catch (TaskVectorsException error)
            {
                errors.Add(error);
            }
        }

        return errors.Count switch
        {
            0 => Of(models),
            1 => throw errors[0],
            _ => throw new AggregateEditException(errors),
        };
    }

    /// <summary>These models and one more, opened as a last one under a name like the given.</summary>
    public ModelSet With(string name, string path)
    {
        string free = Enumerable.Range(1, Models.Count + 1).Select(number => number == 1 ? name : $"{name}{number}").First(candidate => Models.All(model => model.Name != candidate));
        return Of([.. Models, OpenedModel.Open(new ModelReference(free, path))]);
    }

    /// <summary>The models as an expression may use them.</summary>
    public ExpressionModels ToExpressionModels()
    {
        ExpressionModels models = new ExpressionModels().AddMergeMethods();
        foreach (OpenedModel model in Models)
        {
            _ = model.IsVector
                ? models.Add(model.Name, TaskVector.FromSource(model.Source))
                : models.Add(model.Name, model.ToCheckpoint());
        }

        return models;
    }

    /// <summary>Demands that a model holds weights, not differences.</summary>
    public OpenedModel RequireCheckpoint(int index) => !Models[index].IsVector
        ? Models[index]
        : throw new UsageException(
            $"'{Models[index].Name}' ({Printable.Of(Models[index].Source.Path)}) is a task vector; a checkpoint is needed here.");

    private static ModelSet Of(IReadOnlyList<OpenedModel> models) => new(models) { NamesByPath = Names(models) };

    // The parts of a sum that have no name of their own get one after their path.
    private static ImmutableDictionary<string, string> Names(IReadOnlyList<OpenedModel> models)
    {
        var names = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (OpenedModel model in models.Where(model => model.Adapters.Length == 0))
        {
            _ = names.TryAdd(model.Source.Path, model.Name);
        }

        string[] unnamed = [.. models.SelectMany(model => model.Parts).Select(part => part.Path).Where(path => !names.ContainsKey(path)).Distinct()];
        ModelReference[] taken = [.. models.Select(model => new ModelReference(model.Name, model.Source.Path))];
        foreach (ModelReference named in ModelNaming.Complete([.. taken, .. unnamed.Select(path => new ModelReference(null, path))]).Skip(taken.Length))
        {
            names.Add(named.Path, named.Name!);
        }

        return names.ToImmutable();
    }
}
