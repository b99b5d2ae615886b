using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition;

/// <summary>Binds a decomposition to real headers and finds every error before a byte is written.</summary>
public sealed class DecompositionPlanner
{
    private readonly DecompositionInput _base;
    private readonly IReadOnlyList<DecompositionInput> _tasks;
    private readonly OutputTarget _target;
    private readonly DecompositionOptions _options;
    private readonly OutputAxis _axis;
    private readonly List<TaskVectorsException> _errors = [];
    private readonly List<string> _warnings = [];

    private DecompositionPlanner(
        DecompositionInput @base, IReadOnlyList<DecompositionInput> tasks, OutputTarget target, DecompositionOptions options)
    {
        _base = @base;
        _tasks = [.. tasks.Select(Bind)];
        _target = target;
        _options = options;
        bool isHwio = @base.Source.Metadata.TryGetValue("layout", out string? layout) && layout == "HWIO";
        _axis = options.OutputAxis ?? (isHwio ? OutputAxis.Last : OutputAxis.First);
    }

    /// <summary>Plans a decomposition.</summary>
    /// <param name="base">The checkpoint that the task vectors are relative to.</param>
    /// <param name="tasks">Two or more fine-tuned checkpoints or stored task vectors; their names become file names.</param>
    /// <param name="target">A folder.</param>
    /// <param name="options">How.</param>
    /// <exception cref="TaskVectorsException">
    /// It cannot be made; several errors come as one <see cref="AggregateEditException"/>.
    /// </exception>
    public static DecompositionPlan Plan(
        DecompositionInput @base, IReadOnlyList<DecompositionInput> tasks, OutputTarget target, DecompositionOptions options)
    {
        ArgumentNullException.ThrowIfNull(@base);
        ArgumentNullException.ThrowIfNull(tasks);
        return new DecompositionPlanner(@base, tasks, target, options).Plan();
    }

    private DecompositionPlan Plan()
    {
        _ = _options.Subspace.Resolve(_tasks.Count, isLowRank: false);
        CheckNames();
        _errors.AddRange(ResourceLimits.Check(_options.Memory, _options.Threads));
        Require(!_target.IsSingleFile, $"The output '{_target.Path}' is a file; a decomposition writes a folder of several.");
        Require(!_base.IsVector, $"The base '{_base.Name}' is a task vector; a checkpoint is needed.");
        AggregateEditException.ThrowIfAny(_errors);

        PlannedInput[] inputs = [.. _tasks.Prepend(_base).Select(ToPlanned)];
        _errors.AddRange(_target.Check(inputs.Select(input => input.Source), _options.Force, _options.Resume));
        CheckPatterns();
        CheckBases(inputs);
        PlannedDecomposition[] tensors = [.. Align(inputs).Select(PlanTensor)];
        CheckTensors(tensors);
        AggregateEditException.ThrowIfAny(_errors);
        Warn(tensors);
        return LayOut(inputs, tensors);
    }

    // An adapter reads as differences to a base, and the base is known only here.
    private DecompositionInput Bind(DecompositionInput task) =>
        task.Source is IBindableTaskVector bindable ? task with { Source = bindable.Bind(_base.Source) } : task;

    private static PlannedInput ToPlanned(DecompositionInput input) =>
        new(input.Name, input.Source, input.IsVector, CheckpointFingerprint.Compute(input.Source)) { Stamp = InputStamp.Of(input.Source) };

    private void CheckNames()
    {
        foreach (IGrouping<string, DecompositionInput> same in _tasks.GroupBy(task => task.Name, StringComparer.OrdinalIgnoreCase))
        {
            bool isFileName = same.Key.Length is > 0 and <= 100
                && same.Key.All(character => char.IsLetterOrDigit(character) || character is '_' or '-' or '.' or ' ')
                && !same.Key.StartsWith('.') && same.Key == same.Key.Trim();
            if (!isFileName)
            {
                _errors.Add(new DecompositionException(
                    DecompositionError.InvalidName,
                    $"The name '{same.Key}' cannot be that of a file; give the model one of letters, digits, '_', '-' and '.', as in NAME=PATH."));
            }

            if (same.Count() > 1)
            {
                _errors.Add(new DecompositionException(
                    DecompositionError.InvalidName, $"The name '{same.Key}' is given to {same.Count()} models, and their files would be one."));
            }
        }

        IEnumerable<IGrouping<string, DecompositionInput>> byPath = _tasks.Prepend(_base).GroupBy(input => input.Source.Path);
        foreach (IGrouping<string, DecompositionInput> same in byPath.Where(same => same.Count() > 1))
        {
            string names = string.Join(", ", same.Select(input => input.Name));
            _errors.Add(new DecompositionException(
                DecompositionError.InvalidName,
                $"'{same.Key}' is given {same.Count()} times ({names}); what a model shares with itself is all of it.")
            { File = same.Key });
        }
    }

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            _errors.Add(new DecompositionException(DecompositionError.InvalidOption, message));
        }
    }

    // Presets list the names of many architectures; only patterns of the user's own must match something.
    private void CheckPatterns()
    {
        HashSet<NamePattern> preset = [.. TensorPresets.Names.SelectMany(PatternsOf)];
        IEnumerable<NamePattern> own = _options.Filter.Include.Concat(_options.Filter.Exclude).Where(pattern => !preset.Contains(pattern));
        _errors.AddRange(UnmatchedPatterns.Check(own, _base.Source));

        static IEnumerable<NamePattern> PatternsOf(string name) =>
            TensorPresets.TryGet(name, out TensorFilter? filter) ? filter.Include.Concat(filter.Exclude) : [];
    }

    private void CheckBases(PlannedInput[] inputs)
    {
        if (_options.AnyBase)
        {
            return;
        }

        foreach (PlannedInput vector in inputs.Where(input => input.IsVector && !EditPlanner.IsCheckedByNames(input.Source)))
        {
            string? recorded = vector.Source.Metadata.GetValueOrDefault(TaskVectorMetadata.BaseFingerprintKey);
            if (recorded != inputs[0].Fingerprint)
            {
                _errors.Add(new EditException(
                    EditError.BaseMismatch,
                    $"The task vector '{vector.Name}' was not made from '{inputs[0].Name}' ({inputs[0].Source.Path}). "
                    + "Pass --any-base to decompose it all the same.")
                { File = vector.Source.Path });
            }
        }
    }

    private IReadOnlyList<AlignedTensor> Align(PlannedInput[] inputs)
    {
        AffineForm form = inputs.Skip(1).Aggregate(
            AffineForm.Of(inputs[0].Source, isVector: false), (sum, input) => sum.Add(AffineForm.Of(input.Source, input.IsVector)));
        var alignment = new TensorAlignment(form, inputs, EditOptions.Default with { OutputDType = DType.F64, Missing = _options.Missing });
        IReadOnlyList<AlignedTensor> aligned = alignment.Align();
        alignment.ApplyMissingPolicy();
        _errors.AddRange(alignment.Errors());
        _warnings.AddRange(alignment.Warnings);
        using var readers = new InputReaders(inputs.Select(input => input.Source));
        _errors.AddRange(new OpaqueTensorCheck(inputs, readers, alignment).Check(aligned));
        return aligned;
    }

    private PlannedDecomposition PlanTensor(AlignedTensor aligned)
    {
        TensorInfo tensor = aligned.Base;
        TensorInfo?[] parts = [.. _tasks.Select((_, task) => aligned.Terms.FirstOrDefault(term => term.Input == task + 1)?.Tensor)];
        (long rows, long columns) = MatrixShape(tensor.Shape);
        TensorTreatment treatment = Choose(tensor, parts, Math.Min(rows, columns));
        if (treatment != TensorTreatment.Decompose || rows * columns > Array.MaxLength)
        {
            long bytes = treatment == TensorTreatment.Decompose ? long.MaxValue : WorkingMemory.Tiles(_tasks.Count);
            return new PlannedDecomposition(tensor, parts, treatment, 0, 0, [], bytes);
        }

        int smaller = (int)Math.Min(rows, columns);
        int?[] factorRanks = [.. _tasks.Zip(parts, (task, part) => FactorRank(task.Source, part))];
        int[] ranks = [.. factorRanks.Select(factorRank => _options.Subspace.Rank.Foresee((int)rows, (int)columns, factorRank) ?? smaller)];
        long memory = WorkingMemory.Matrices(
            rows, columns, ranks, _options.Subspace.Sides == DecompositionSides.Both ? DecompositionSides.Both : StoredSide());
        return new PlannedDecomposition(tensor, parts, treatment, (int)rows, (int)columns, factorRanks, memory);
    }

    // Of a tensor that an adapter does not change the task vector is zero, which is as low a rank as any.
    private static int? FactorRank(CheckpointSource source, TensorInfo? tensor)
    {
        if (source is not ILowRankTensors lowRank)
        {
            return null;
        }

        return tensor is null ? 0 : lowRank.TryGetRank(tensor.Name, out int rank) ? rank : null;
    }

    private DecompositionSides StoredSide() =>
        (_options.Subspace.Sides == DecompositionSides.Column) == (_axis == OutputAxis.First)
            ? DecompositionSides.Column
            : DecompositionSides.Row;

    private (long Rows, long Columns) MatrixShape(TensorShape shape)
    {
        if (shape.Rank < 2 || shape.ElementCount == 0)
        {
            return (1, shape.ElementCount);
        }

        long outputs = shape[_axis == OutputAxis.First ? 0 : shape.Rank - 1];
        long rest = shape.ElementCount / outputs;
        return _axis == OutputAxis.First ? (outputs, rest) : (rest, outputs);
    }

    private TensorTreatment Choose(TensorInfo tensor, TensorInfo?[] parts, long smaller)
    {
        if (!tensor.DType.IsArithmetic() || parts.All(part => part is null))
        {
            return TensorTreatment.Leave;
        }

        bool isVector = smaller < 2;
        if (!isVector && _options.Filter.Matches(tensor.Name))
        {
            return TensorTreatment.Decompose;
        }

        return _options.Vectors switch
        {
            VectorPolicy.Drop => TensorTreatment.Leave,
            VectorPolicy.Mean when isVector => TensorTreatment.Mean,
            _ => TensorTreatment.Unique,
        };
    }

    private void CheckTensors(PlannedDecomposition[] tensors)
    {
        if (_errors.Count == 0 && !tensors.Any(tensor => tensor.Treatment == TensorTreatment.Decompose))
        {
            _errors.Add(new DecompositionException(
                DecompositionError.NothingToDecompose,
                $"No matrix of '{_base.Source.Path}' is left to decompose; widen --include, or leave it out."));
        }

        PlannedDecomposition? firstDense = tensors.FirstOrDefault(tensor => tensor.FactorRanks.Any(rank => rank is null));
        if (_options.Subspace.Rank is LoraRank && firstDense is { } dense)
        {
            string name = _tasks[dense.FactorRanks.TakeWhile(rank => rank is not null).Count()].Name;
            _errors.Add(new DecompositionException(
                DecompositionError.InvalidOption,
                $"The rank rule 'lora' needs adapters, and the task vector of '{name}' has no factors for '{dense.Base.Name}'; "
                + "choose rank:R or fraction:F.")
            { Tensor = dense.Base.Name });
        }

        foreach (PlannedDecomposition tensor in tensors.Where(tensor => tensor.WorkingBytes > _options.Memory))
        {
            string needed = tensor.WorkingBytes == long.MaxValue ? "more than a matrix can have" : ByteSize.Format(tensor.WorkingBytes);
            _errors.Add(new DecompositionException(
                DecompositionError.OutOfMemory,
                $"'{tensor.Base.Name}' {tensor.Base.Shape} needs {needed} of memory to be decomposed and the budget is "
                + $"{ByteSize.Format(_options.Memory)}; raise --memory, or leave it out with --exclude.")
            { Tensor = tensor.Base.Name });
        }
    }

    private void Warn(PlannedDecomposition[] tensors)
    {
        PlannedDecomposition[] matrices = [.. tensors.Where(tensor => tensor.Treatment == TensorTreatment.Decompose)];
        string[] doubtful = [.. matrices.Where(PassesByChance).Select(tensor => tensor.Base.Name)];
        if (doubtful.Length > 0)
        {
            string reason = _options.Subspace.NullTest
                ? "the null test drops what chance gives as often"
                : "turn the null test on, lower the rank or raise the cut";
            _warnings.Add(FormattableString.Invariant(
                $"In {doubtful.Length} of {matrices.Length} matrices (such as '{doubtful[0]}') the rank is so large beside the dimension that ")
                + $"random subspaces pass the cut; {reason}.");
        }
    }

    private bool PassesByChance(PlannedDecomposition tensor)
    {
        SubspaceRule rule = _options.Subspace.Resolve(_tasks.Count, tensor.FactorRanks.All(rank => rank is not null));
        int dimension = StoredSide() == DecompositionSides.Column ? tensor.Rows : tensor.Columns;
        int?[] ranks =
            [.. tensor.FactorRanks.Select(factorRank => _options.Subspace.Rank.Foresee(tensor.Rows, tensor.Columns, factorRank))];
        return ranks.All(rank => rank is not null)
            && ChanceLevel.UpperEdge(
                rule.Mode, rule.IsPairwise ? 2 : _tasks.Count, ranks.Average(rank => rank!.Value) / dimension) > rule.Cut;
    }

    private DecompositionPlan LayOut(PlannedInput[] inputs, PlannedDecomposition[] tensors)
    {
        var shared = Output(tensors, TensorTreatment.Decompose, TensorTreatment.Mean);
        var unique = Output(tensors, TensorTreatment.Decompose, TensorTreatment.Mean, TensorTreatment.Unique);
        var metadata = new List<IReadOnlyDictionary<string, string>>();
        var files = new List<SafetensorsFileLayout>();
        foreach ((string part, List<TensorInfo> content) in new[] { ("shared", shared), ("unique", unique) })
        {
            foreach (PlannedInput task in inputs[1..])
            {
                metadata.Add(PartMetadata(inputs[0], $"{part}({task.Name})", isPartial: content.Count < tensors.Length));
                files.Add(SafetensorsLayout.Plan(content, metadata[^1], long.MaxValue, $"{task.Name}.{part}")[0]);
            }
        }

        var plan = new DecompositionPlan
        {
            Inputs = inputs,
            Tensors = tensors,
            Files = files,
            Metadata = metadata,
            Target = _target,
            Options = _options,
            OutputAxis = _axis,
            Warnings = _warnings,
        };
        CheckSpace(plan);
        AggregateEditException.ThrowIfAny(_errors);
        return plan;
    }

    private static List<TensorInfo> Output(PlannedDecomposition[] tensors, params TensorTreatment[] treatments) =>
        [.. tensors.Where(tensor => treatments.Contains(tensor.Treatment)).Select(tensor => tensor.Base with { DType = DType.F32 })];

    private SortedDictionary<string, string> PartMetadata(PlannedInput @base, string expression, bool isPartial)
    {
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
        metadata[TaskVectorMetadata.BaseHashKey] = OutputMetadata.PendingHash(_options.Digest);
        return metadata;
    }

    private void CheckSpace(DecompositionPlan plan)
    {
        long free = FreeSpace.At(_target.PartialFolder);
        if (free < plan.BytesWritten)
        {
            _errors.Add(new EditException(
                EditError.NotEnoughSpace,
                $"The output needs {ByteSize.Format(plan.BytesWritten)} and the disk of '{_target.Path}' has {ByteSize.Format(free)} free.")
            { File = _target.Path });
        }
    }
}
