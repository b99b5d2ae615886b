using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Manifests;

/// <summary>Makes an output again from its manifest.</summary>
public static class ManifestReplay
{
    /// <summary>Plans the edit that a manifest records.</summary>
    /// <param name="manifestPath">A manifest, or an output that has one.</param>
    /// <param name="target">Where the new output goes.</param>
    /// <param name="execution">Memory, threads, force and resume are taken from here; all that decides the bytes comes from the manifest.</param>
    /// <exception cref="TaskVectorsException">The manifest is malformed, or an input is gone or is no longer what it was.</exception>
    public static EditPlan Plan(string manifestPath, OutputTarget target, EditOptions execution)
    {
        string path = OutputTarget.FindManifest(manifestPath);
        Manifest manifest = Manifest.Load(path);
        if (manifest.Kind is not ("checkpoint" or TaskVectorMetadata.TaskVectorKind))
        {
            throw new EditException(EditError.InvalidManifest, $"The manifest '{path}' is of a {manifest.Kind}, not of an edit; repeat the command that made it.") { File = path };
        }

        if (manifest.Recipe is not null)
        {
            throw new EditException(EditError.InvalidManifest, $"The manifest '{path}' is of a recipe; RecipeReplay makes its output again.") { File = path };
        }

        CheckpointSource[] sources = [.. manifest.Inputs.Select(input => CheckpointFormats.Open(input.Path))];
        RequireSameInputs(manifest, sources);
        EditOptions options = ToOptions(manifest, path, execution) with
        {
            Expression = manifest.Expression,
            ModelNames = manifest.Inputs.Zip(sources).ToImmutableDictionary(pair => pair.Second.Path, pair => pair.First.Name),
        };
        AffineForm form = EditExpression.ParseForm(manifest.Expression, NameModels(manifest, sources)).WithAnchor(sources[0]);
        EditPlan plan = manifest.Kind == TaskVectorMetadata.TaskVectorKind
            ? EditPlanner.Plan(new TaskVector(form), target, options)
            : EditPlanner.Plan(new Checkpoint(form), target, options);
        return plan with { Recorded = manifest.Inputs };
    }

    // As the plan reads them: an adapter as differences to the base.
    private static CheckpointSource AsRead(ManifestInput input, CheckpointSource source, Manifest manifest, CheckpointSource anchor)
    {
        bool isRelative = input.Kind == TaskVectorMetadata.TaskVectorKind && manifest.Inputs[0].Kind != TaskVectorMetadata.TaskVectorKind;
        return isRelative && source is IBindableTaskVector bindable ? bindable.Bind(anchor) : source;
    }

    private static ExpressionModels NameModels(Manifest manifest, CheckpointSource[] sources)
    {
        ExpressionModels models = new ExpressionModels().AddMergeMethods();
        foreach ((ManifestInput input, CheckpointSource source) in manifest.Inputs.Zip(sources))
        {
            _ = input.Kind == TaskVectorMetadata.TaskVectorKind
                ? models.Add(input.Name, TaskVector.FromSource(source))
                : models.Add(input.Name, Checkpoint.FromSource(source));
        }

        return models;
    }

    /// <summary>What differs between a recorded output and one that was made again, a line each; empty when they are identical.</summary>
    public static IReadOnlyList<string> Compare(Manifest recorded, Manifest remade)
    {
        var hashes = remade.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Hash, StringComparer.Ordinal);
        IEnumerable<string> tensors = recorded.Tensors
            .Where(tensor => hashes.GetValueOrDefault(tensor.Name) != tensor.Hash)
            .Select(tensor => $"the tensor '{tensor.Name}' differs");
        var files = remade.Files.ToDictionary(file => file.Path, file => file.Hash, StringComparer.Ordinal);
        IEnumerable<string> others = recorded.Files
            .Where(file => files.TryGetValue(file.Path, out string? hash) && hash != file.Hash)
            .Select(file => $"the file '{file.Path}' differs");
        return [.. tensors, .. others];
    }

    /// <summary>The options that a manifest records, with memory, threads, force and resume from elsewhere.</summary>
    internal static EditOptions ToOptions(Manifest manifest, string path, EditOptions execution)
    {
        ManifestOptions recorded = manifest.Options;
        DType? dtype = null;
        if (recorded.DType is { } name)
        {
            dtype = DTypes.TryParse(name, out DType parsed) ? parsed : throw Invalid("dtype", name);
        }

        return execution with
        {
            OutputDType = dtype,
            Rounding = Parse<Rounding>("rounding", recorded.Rounding),
            Missing = Parse<MissingTensors>("missing", recorded.Missing),
            NaN = Parse<NaNPolicy>("nan", recorded.NaN),
            Digest = Parse<DigestAlgorithm>("digest", recorded.Digest),
            Seed = recorded.Seed,
            Metadata = recorded.Metadata,
            AnyBase = recorded.AnyBase,
            ShardSize = recorded.ShardSize,
            Filter = new TensorFilter([.. recorded.Include.Select(NamePattern.FromString)], [.. recorded.Exclude.Select(NamePattern.FromString)]),
        };

        TOption Parse<TOption>(string key, string word)
            where TOption : struct, Enum => OptionNames.TryParse(word, out TOption value) ? value : throw Invalid(key, word);

        EditException Invalid(string key, string word) =>
            new(EditError.InvalidManifest, $"The manifest '{path}' has an unknown {key}: '{word}'.") { File = path };
    }

    private static void RequireSameInputs(Manifest manifest, CheckpointSource[] sources)
    {
        List<TaskVectorsException> changed =
        [
            .. from pair in manifest.Inputs.Zip(sources)
               where CheckpointFingerprint.Compute(AsRead(pair.First, pair.Second, manifest, sources[0])) != pair.First.Fingerprint
               select Changed(pair.First),
        ];
        AggregateEditException.ThrowIfAny(changed);
    }

    /// <summary>The error of an input whose fingerprint is not the one recorded.</summary>
    internal static EditException Changed(ManifestInput input) => new(
        EditError.InputChanged, $"'{input.Name}' ({input.Path}) is not what it was when the manifest was written: its weights have changed. Restore that version of it.")
    {
        File = input.Path,
    };
}
