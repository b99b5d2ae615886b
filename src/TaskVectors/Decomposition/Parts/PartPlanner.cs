using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Parts;

/// <summary>Decides what the file of each part looks like: dense in F32, or an adapter where that is wanted and every tensor has factors.</summary>
internal sealed class PartPlanner(
    IReadOnlyList<PlannedInput> inputs, IReadOnlyList<PlannedDecomposition> tensors, DecompositionOptions options, OutputAxis axis)
{
    private readonly List<string> _notes = [];
    private readonly List<DecompositionException> _errors = [];

    /// <summary>What a user may want to know: which parts are dense though factors were asked for, and why.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>What cannot be written as asked.</summary>
    public IReadOnlyList<DecompositionException> Errors => _errors;

    /// <summary>The shared parts of the tasks in order, then their unique parts.</summary>
    public IReadOnlyList<PlannedPart> Plan()
    {
        int[] tasks = [.. Enumerable.Range(0, inputs.Count - 1)];
        PlannedPart[] parts = [.. tasks.Select(task => Plan(task, isShared: true)), .. tasks.Select(task => Plan(task, isShared: false))];
        Describe([.. parts[..tasks.Length].Select(part => !part.IsLowRank)], "shared", "no adapter can hold all of it");
        Describe(
            [.. parts[tasks.Length..].Select(part => !part.IsLowRank)],
            "unique",
            "what is left of a dense task vector has full rank, and biases, norms and full copies have no factors");
        return parts;
    }

    private PlannedPart Plan(int task, bool isShared)
    {
        string part = isShared ? "shared" : "unique";
        string stem = $"{inputs[task + 1].Name}.{part}";
        PlannedDecomposition[] content = [.. tensors.Where(tensor => tensor.Treatment is TensorTreatment.Decompose or TensorTreatment.Mean
            || (!isShared && tensor.Treatment == TensorTreatment.Unique))];
        var metadata = Metadata($"{part}({inputs[task + 1].Name})", content.Length < tensors.Count);
        if (options.LowRank && Modules(task, isShared, content) is { Count: > 0 } modules)
        {
            IEnumerable<TensorInfo> factors = modules.Values.SelectMany(module => new[] { module.TensorOfA(DType.F32), module.TensorOfB(DType.F32) });
            return new PlannedPart
            {
                Path = stem,
                Layout = SafetensorsLayout.Plan(factors, LoraWriter.WeightsMetadata(metadata), long.MaxValue, $".{stem}.factors")[0],
                Metadata = metadata,
                Modules = modules,
            };
        }

        IEnumerable<TensorInfo> dense = content.Select(tensor => tensor.Base with { DType = DType.F32 });
        SafetensorsFileLayout layout = SafetensorsLayout.Plan(dense, metadata, long.MaxValue, stem)[0];
        return new PlannedPart { Path = layout.FileName, Layout = layout, Metadata = metadata };
    }

    /// <summary>The modules of the adapter; <see langword="null"/> where some tensor has no factors.</summary>
    private Dictionary<string, AdapterModule>? Modules(int task, bool isShared, PlannedDecomposition[] content)
    {
        var modules = new Dictionary<string, AdapterModule>(StringComparer.Ordinal);
        foreach (PlannedDecomposition tensor in content.Where(tensor => tensor.Tasks[task] is not null))
        {
            if (LargestRank(tensor, task, isShared) is not { } rank || KindOf(tensor, task) is not { } kind
                || new AdapterModule(tensor.Base.Name, kind, tensor.Base.Shape, rank, 1) is not { Obstacle: null } module)
            {
                RefuseTruncation(tensor, task, isShared);
                return null;
            }

            modules.Add(tensor.Base.Name, module);
        }

        return LoraWriter.FindMixed([.. modules.Values]) is null ? modules : null;
    }

    private int? LargestRank(PlannedDecomposition tensor, int task, bool isShared)
    {
        if (tensor.Treatment == TensorTreatment.Unique)
        {
            return OwnRank(tensor, task);
        }

        if (tensor.Treatment != TensorTreatment.Decompose)
        {
            return null;
        }

        int smaller = Math.Min(tensor.Rows, tensor.Columns);
        return (tensor.FactorRanks[task], isShared) switch
        {
            ({ } rank, true) => Math.Max(1, rank),
            ({ } rank, false) => Math.Max(1, options.Subspace.Sides == DecompositionSides.Both ? checked(2 * rank) : rank),
            (null, true) => Math.Max(1, (int)Math.Min(smaller, Ranks(tensor).Sum(rank => (long)rank))),
            (null, false) => options.UniqueRank is { } rule ? Math.Max(1, rule.Foresee(tensor.Rows, tensor.Columns, null) ?? smaller) : null,
        };
    }

    private IEnumerable<int> Ranks(PlannedDecomposition tensor) => tensor.FactorRanks.Select(
        factorRank => options.Subspace.Rank.Foresee(tensor.Rows, tensor.Columns, factorRank) ?? Math.Min(tensor.Rows, tensor.Columns));

    private int? OwnRank(PlannedDecomposition tensor, int task) =>
        inputs[task + 1].Source is ILowRankTensors source && source.TryGetRank(tensor.Tasks[task]!.Name, out int rank) ? rank : null;

    private LoraLayerKind? KindOf(PlannedDecomposition tensor, int task) =>
        (inputs[task + 1].Source as LoraSource)?.KindOf(tensor.Tasks[task]!.Name)
        ?? AdapterModule.KindOf(tensor.Base.Name, tensor.Base.Shape, axis == OutputAxis.Last);

    private void RefuseTruncation(PlannedDecomposition tensor, int task, bool isShared)
    {
        if (isShared || options.UniqueRank is null)
        {
            return;
        }

        string remedy = tensor.Treatment == TensorTreatment.Decompose
            ? "leave the tensor out with --exclude and --vectors drop"
            : "leave such tensors out with --vectors drop";
        _errors.Add(new DecompositionException(
            DecompositionError.InvalidOption,
            $"The unique part of '{inputs[task + 1].Name}' cannot be cut to factors, as '{tensor.Base.Name}' {tensor.Base.Shape} has none in an adapter; {remedy}.")
        { Tensor = tensor.Base.Name });
    }

    private void Describe(bool[] isDense, string part, string reason)
    {
        if (!options.LowRank || !isDense.Contains(true))
        {
            return;
        }

        string which = isDense.All(dense => dense)
            ? $"The {part} parts are"
            : $"The {part} parts of {string.Join(", ", isDense.Index().Where(entry => entry.Item).Select(entry => $"'{inputs[entry.Index + 1].Name}'"))} are";
        _notes.Add($"{which} written dense: {reason}.");
    }

    private SortedDictionary<string, string> Metadata(string expression, bool isPartial)
    {
        PlannedInput @base = inputs[0];
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        bool IsForeign(string key) => !key.StartsWith("taskvectors.", StringComparison.Ordinal);
        foreach ((string key, string value) in @base.Source.Metadata.Where(entry => IsForeign(entry.Key)))
        {
            metadata[key] = value;
        }

        metadata[TaskVectorMetadata.KindKey] = TaskVectorMetadata.TaskVectorKind;
        metadata[TaskVectorMetadata.ToolVersionKey] = ToolVersion.Current;
        metadata[TaskVectorMetadata.ExpressionKey] = expression;
        metadata[TaskVectorMetadata.PartialKey] = isPartial ? "true" : "false";
        metadata[TaskVectorMetadata.BaseNameKey] = @base.Name;
        metadata[TaskVectorMetadata.BaseFingerprintKey] = @base.Fingerprint;
        metadata[TaskVectorMetadata.BaseHashKey] = OutputMetadata.PendingHash(options.Digest);
        return metadata;
    }
}
