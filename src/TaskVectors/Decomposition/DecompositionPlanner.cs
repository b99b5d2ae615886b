using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Decomposition.NullTests;
using TaskVectors.Decomposition.Parts;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
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
        _axis = options.OutputAxis ?? StoredOutputAxis.Of(@base.Source);
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
        Require(_options.UniqueRank is null || _options.LowRank, "A rank of the unique parts makes them low-rank; ask for low-rank parts too (--low-rank).");
        Require(_options.UniqueRank is not LoraRank, "The unique part of a dense task vector has no factors of its own; choose rank:R, energy:E or fraction:F for it.");
        AggregateEditException.ThrowIfAny(_errors);

        PlannedInput[] inputs = [.. _tasks.Prepend(_base).Select(ToPlanned)];
        _errors.AddRange(_target.Check(inputs.Select(input => input.Source), _options.Force, _options.Resume));
        CheckPatterns();
        _errors.AddRange(_options.AnyBase ? [] : BaseChecks.Find(inputs));
        PlannedDecomposition[] tensors = [.. Align(inputs).Select(PlanTensor)];
        _errors.AddRange(_errors.Count > 0 ? [] : new TensorChecks(_base, _tasks, tensors, _options).Errors());
        AggregateEditException.ThrowIfAny(_errors);
        Warn(tensors);
        AggregateEditException.ThrowIfAny(_errors);
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
    private void CheckPatterns() =>
        _errors.AddRange(UnmatchedPatterns.Check(TensorPresets.OwnPatterns(_options.Filter), _base.Source));

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

    private void Warn(PlannedDecomposition[] tensors)
    {
        PlannedDecomposition[] matrices = [.. tensors.Where(tensor => tensor.Treatment == TensorTreatment.Decompose)];
        _warnings.AddRange(new ChanceWarning(_options, _tasks.Count, _axis).Describe(matrices));
        if (_options.Strict)
        {
            _errors.AddRange(_warnings.Select(text => new DecompositionException(DecompositionError.StrictWarning, text)));
        }
    }

    private DecompositionPlan LayOut(PlannedInput[] inputs, PlannedDecomposition[] tensors)
    {
        var parts = new PartPlanner(inputs, tensors, _options, _axis);
        IReadOnlyList<PlannedPart> planned = parts.Plan();
        _errors.AddRange(parts.Errors.DistinctBy(error => error.Message));
        var plan = new DecompositionPlan
        {
            Inputs = inputs,
            Tensors = tensors,
            Parts = planned,
            Target = _target,
            Options = _options,
            OutputAxis = _axis,
            Warnings = _warnings,
            Notes = [.. AxisNotes(), .. parts.Notes],
        };
        CheckSpace(plan);
        AggregateEditException.ThrowIfAny(_errors);
        return plan;
    }

    private IEnumerable<string> AxisNotes() => _axis == OutputAxis.Last && _options.OutputAxis is null
        ? [$"The weights of '{_base.Name}' are read as stored with the outputs last, as GPT-2's and HWIO kernels are; --output-axis first reads them the other way."]
        : [];

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
