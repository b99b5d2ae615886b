using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>Binds an edit to real headers and finds every error before a byte is written.</summary>
public sealed class EditPlanner
{
    private readonly AffineForm _form;
    private readonly bool _isVector;
    private readonly EditOptions _options;
    private readonly bool _anchorIsVector;
    private readonly InputResolution _resolution;
    private readonly List<TaskVectorsException> _errors = [];

    private EditPlanner(AffineForm form, bool isVector, EditOptions options)
    {
        _form = form;
        _isVector = isVector;
        _options = options;
        _anchorIsVector = isVector && form.AnchorIsVector;
        _resolution = new InputResolution(form, _anchorIsVector, options);
    }

    /// <summary>Plans the writing of an edited checkpoint.</summary>
    /// <exception cref="TaskVectorsException">The edit cannot be made; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static EditPlan Plan(Checkpoint checkpoint, OutputTarget target, EditOptions options) =>
        new EditPlanner(checkpoint.RestrictTo(options.Filter).Form, isVector: false, options).Plan(target);

    /// <summary>Plans the writing of a task vector: an ordinary safetensors file whose metadata names its base.</summary>
    /// <exception cref="TaskVectorsException">The vector cannot be made; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static EditPlan Plan(TaskVector vector, OutputTarget target, EditOptions options) =>
        new EditPlanner(vector.RestrictTo(options.Filter).Form, isVector: true, options).Plan(target);

    /// <summary>Binds an edited checkpoint that is not to be written: what each of its tensors is made of.</summary>
    internal static (IReadOnlyList<PlannedInput> Inputs, IReadOnlyList<PlannedTensor> Tensors) Bind(Checkpoint checkpoint, EditOptions options) =>
        new EditPlanner(checkpoint.RestrictTo(options.Filter).Form, isVector: false, options).Bind();

    /// <summary>Binds a task vector that is not to be written.</summary>
    internal static (IReadOnlyList<PlannedInput> Inputs, IReadOnlyList<PlannedTensor> Tensors) Bind(TaskVector vector, EditOptions options) =>
        new EditPlanner(vector.RestrictTo(options.Filter).Form, isVector: true, options).Bind();

    private EditPlan Plan(OutputTarget target)
    {
        (IReadOnlyList<PlannedInput> inputs, IReadOnlyList<AlignedTensor> aligned, IReadOnlyList<string> warnings) = Align(
            inputs => target.Check(inputs.Where(input => !input.IsComputed).Select(input => input.Source), _options.Force, _options.Resume));
        EditPlan plan = LayOut(target, inputs, aligned, warnings);
        CheckSpace(plan);
        return plan;
    }

    private (IReadOnlyList<PlannedInput> Inputs, IReadOnlyList<PlannedTensor> Tensors) Bind()
    {
        (IReadOnlyList<PlannedInput> inputs, IReadOnlyList<AlignedTensor> aligned, _) = Align(_ => []);
        var merges = new MergeExpansion(inputs, _resolution);
        PlannedTensor[] tensors = [.. aligned.Select(tensor => PlanTensor(tensor, merges)).OfType<PlannedTensor>()];
        return (merges.Inputs, tensors);
    }

    private (IReadOnlyList<PlannedInput> Inputs, IReadOnlyList<AlignedTensor> Tensors, IReadOnlyList<string> Warnings) Align(
        Func<IReadOnlyList<PlannedInput>, IEnumerable<TaskVectorsException>> checkTarget)
    {
        CheckOptions();
        CheckKinds();
        AggregateEditException.ThrowIfAny(_errors);

        IReadOnlyList<PlannedInput> inputs = FindInputs();
        CheckNames(inputs);
        _errors.AddRange(checkTarget(inputs));
        IEnumerable<Term> terms = _form.WithArguments().SelectMany(form => form.Terms);
        _errors.AddRange(UnmatchedPatterns.Check(terms.SelectMany(term => term.Coefficient.Patterns()), inputs[0].Source));
        CheckBases(inputs);

        // A task vector has a dtype of its own, whatever those of its models.
        EditOptions options = _isVector ? _options with { OutputDType = _options.OutputDType ?? DType.F64 } : _options;
        var alignment = new TensorAlignment(_form, inputs, options);
        IReadOnlyList<AlignedTensor> aligned = alignment.Align(unites: _anchorIsVector);
        alignment.ApplyMissingPolicy();
        _errors.AddRange(alignment.Errors());
        using (var readers = new InputReaders(inputs.Select(input => input.Source)))
        {
            _errors.AddRange(new OpaqueTensorCheck(inputs, readers, alignment).Check(aligned));
        }

        AggregateEditException.ThrowIfAny(_errors);
        return (inputs, aligned, [.. _resolution.Warnings, .. alignment.Warnings]);
    }

    private void CheckOptions()
    {
        _errors.AddRange(ResourceLimits.Check(_options.Memory, _options.Threads));
        Require(_options.ShardSize >= 1, $"The shard size is {_options.ShardSize}; it must be at least 1 byte.");
        Require(
            _options.OutputDType is not { } dtype || dtype.IsArithmetic(),
            $"The output dtype {_options.OutputDType?.Name()} takes no part in arithmetic; choose one of F64, F32, F16, BF16 and the F8 kinds.");

        void Require(bool condition, string message)
        {
            if (!condition)
            {
                _errors.Add(new EditException(EditError.InvalidOption, message));
            }
        }
    }

    private void CheckKinds()
    {
        IEnumerable<Term> terms = _form.WithArguments().SelectMany(form => form.Terms).DistinctBy(term => (term.Source.Path, term.IsVector));
        IEnumerable<string> both = terms.GroupBy(term => term.Source.Path, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.Key);
        _errors.AddRange(both.Select(path => new EditException(
            EditError.InvalidOption, $"'{path}' takes part both as a checkpoint and as a task vector; it is one or the other: open it once.")
        { File = path }));
    }

    private void CheckNames(IReadOnlyList<PlannedInput> inputs)
    {
        foreach (IGrouping<string, PlannedInput> same in inputs.GroupBy(input => input.Name, StringComparer.Ordinal))
        {
            if (same.Count() > 1 || same.Key.Length == 0)
            {
                string paths = string.Join(", ", same.Select(input => input.Source.Path));
                _errors.Add(new EditException(EditError.InvalidOption, $"The name '{same.Key}' is given to {paths}; every model needs a name of its own."));
            }
        }
    }

    // What only computed vectors are made of comes last: it is listed, checked and recorded, and read by them alone.
    private List<PlannedInput> FindInputs()
    {
        CheckpointSource anchor = _form.Anchor is IPreparableSource ? _resolution.Resolve(_form.Anchor, _anchorIsVector) : _form.Anchor;
        var sources = new List<(CheckpointSource Source, bool IsVector)> { (anchor, _anchorIsVector) };
        foreach (Term term in _form.Terms.Where(term => term.Source.Path != _form.Anchor.Path || term.IsVector != _anchorIsVector))
        {
            sources.Add((_resolution.Resolve(term.Source, term.IsVector), term.IsVector));
        }

        AggregateEditException.ThrowIfAny([.. _resolution.Errors.DistinctBy(error => error.Message)]);
        sources.AddRange(_resolution.Stored.Where(stored => !sources.Any(source => source.Source.Path == stored.Source.Path && source.IsVector == stored.IsVector)));
        return [.. sources.Select(pair => new PlannedInput(_resolution.Names.Of(pair.Source), pair.Source, pair.IsVector, _resolution.FingerprintOf(pair.Source)) { Stamp = InputStamp.Of(pair.Source) })];
    }

    private void CheckBases(IReadOnlyList<PlannedInput> inputs)
    {
        if (_isVector || _options.AnyBase)
        {
            return;
        }

        foreach (PlannedInput vector in inputs.Where(input => input.IsVector && !input.IsComputed && !IsCheckedByNames(input.Source)))
        {
            string? recorded = vector.Source.Metadata.GetValueOrDefault(TaskVectorMetadata.BaseFingerprintKey);
            if (recorded != inputs[0].Fingerprint)
            {
                string target = $"'{inputs[0].Name}' ({inputs[0].Source.Path})";
                string origin = recorded is null
                    ? $"does not say which base it was made from, so it may not fit {target}"
                    : $"was made from another base ('{vector.Source.Metadata.GetValueOrDefault(TaskVectorMetadata.BaseNameKey, "unnamed")}') than {target}";
                _errors.Add(new EditException(
                    EditError.BaseMismatch,
                    $"The task vector '{vector.Name}' ({vector.Source.Path}) {origin}. Pass --any-base to apply it all the same.")
                { File = vector.Source.Path });
            }
        }
    }

    internal static bool IsCheckedByNames(CheckpointSource vector) =>
        vector.Metadata.GetValueOrDefault(TaskVectorMetadata.BaseCheckKey) == TaskVectorMetadata.NamesAndShapes;

    private EditPlan LayOut(OutputTarget target, IReadOnlyList<PlannedInput> inputs, IReadOnlyList<AlignedTensor> aligned, IReadOnlyList<string> warnings)
    {
        var merges = new MergeExpansion(inputs, _resolution);
        List<PlannedTensor> tensors = [.. aligned.Select(tensor => PlanTensor(tensor, merges)).OfType<PlannedTensor>().Select(merges.Fuse)];
        inputs = merges.Inputs;
        string expression = _options.Expression ?? _form.ToText(source => inputs.First(input => input.Source.Path == source.Path).Name);
        var metadata = new OutputMetadata(inputs, _isVector, tensors.Count < aligned.Count, IsReadWhole(inputs[0].Source, tensors), expression, _options).Build();
        long shardSize = target.IsSingleFile ? long.MaxValue : _options.ShardSize;
        IReadOnlyList<SafetensorsFileLayout> files = SafetensorsLayout.Plan(tensors.Select(tensor => tensor.Output), metadata, shardSize, target.Stem);

        var places = new Dictionary<string, (int File, long Offset)>(StringComparer.Ordinal);
        for (int file = 0; file < files.Count; file++)
        {
            foreach (PlacedTensor placed in files[file].Tensors)
            {
                places.Add(placed.Tensor.Name, (file, placed.Offset));
            }
        }

        int streams = tensors.Select(tensor => tensor.Terms.Length).DefaultIfEmpty(0).Max() + 1;
        return new EditPlan(LaneBudget.Divide(_options.Memory - _resolution.ComputationBytes, _options.Threads, streams))
        {
            ComputationBytes = _resolution.ComputationBytes,
            Expression = expression,
            IsTaskVector = _isVector,
            Inputs = inputs,
            Tensors = [.. tensors.Select(tensor => tensor with { File = places[tensor.Output.Name].File, Offset = places[tensor.Output.Name].Offset })],
            Files = files,
            CompanionFiles = _isVector || target.IsSingleFile ? [] : Outputs.CompanionFiles.Find(inputs[0].Source.Path),
            Target = target,
            Options = _options,
            Warnings = warnings,
            Metadata = metadata,
            FreeSpace = FreeSpace.At(target.PartialFolder),
        };
    }

    private static bool IsReadWhole(CheckpointSource anchor, IEnumerable<PlannedTensor> tensors)
    {
        var read = tensors.SelectMany(tensor => tensor.Terms).Where(term => term.Input == 0).Select(term => term.Tensor.Name).ToHashSet(StringComparer.Ordinal);
        return anchor.Tensors.All(tensor => read.Contains(tensor.Name));
    }

    /// <summary>Decides how a tensor is made; a task vector leaves out tensors that no term touches, as they are zero.</summary>
    private PlannedTensor? PlanTensor(AlignedTensor aligned, MergeExpansion merges)
    {
        TensorInfo tensor = aligned.Base;
        if (aligned.KeepsBase || !tensor.DType.IsArithmetic())
        {
            return _isVector ? null : PlanKept(aligned);
        }

        if (_isVector && aligned.Terms.IsEmpty)
        {
            return null;
        }

        TensorInfo output = tensor with { DType = _options.OutputDType ?? (_isVector ? VectorDType(aligned) : tensor.DType) };
        aligned = merges.Expand(aligned, output.DType);
        if (aligned.Terms is [{ Coefficient: 1 } only] && only.Tensor.DType == output.DType)
        {
            return new PlannedTensor(output, TensorOperation.Copy, aligned.Terms, -1, 0, 0);
        }

        return PlanLinear(aligned, output);
    }

    // The size of an edit is measured against the base, which is read for that alone where its coefficient is 0.
    private PlannedTensor PlanLinear(AlignedTensor aligned, TensorInfo output)
    {
        if (_isVector)
        {
            return new PlannedTensor(output, TensorOperation.Linear, aligned.Terms, -1, 0, 0);
        }

        int reference = aligned.Terms is [{ Input: 0 } first, ..] && first.Tensor.Name == aligned.Base.Name ? 0 : -1;
        ImmutableArray<PlannedTerm> terms = reference >= 0 ? aligned.Terms : [new PlannedTerm(0, aligned.Base, 0), .. aligned.Terms];
        return new PlannedTensor(output, TensorOperation.Linear, terms, Math.Max(reference, 0), 0, 0);
    }

    private PlannedTensor PlanKept(AlignedTensor aligned)
    {
        bool moved = !aligned.KeepsBase && aligned.Terms is [{ Coefficient: 1 }];
        PlannedTerm kept = moved ? aligned.Terms[0] : new PlannedTerm(0, aligned.Base, 1);
        bool converted = _options.OutputDType is { } dtype && aligned.Base.DType.IsArithmetic() && dtype != aligned.Base.DType;
        return converted
            ? new PlannedTensor(aligned.Base with { DType = _options.OutputDType!.Value }, TensorOperation.Linear, [kept], 0, 0, 0)
            : new PlannedTensor(aligned.Base, TensorOperation.Copy, [kept], -1, 0, 0);
    }

    // Differences of small floats need more bits than the floats themselves.
    private static DType VectorDType(AlignedTensor aligned) =>
        aligned.Terms.Select(term => term.Tensor.DType).Append(aligned.Base.DType).Contains(DType.F64) ? DType.F64 : DType.F32;

    private void CheckSpace(EditPlan plan)
    {
        long reclaimed = _options.Resume || _options.Force ? FreeSpace.UsedBy(plan.Target.PartialFolder) : 0;
        RequireSpace(plan.BytesWritten + plan.CompanionFiles.Sum(file => file.Length) - reclaimed, plan.FreeSpace, plan.Target.Path);
    }

    /// <exception cref="EditException">More is needed than is free.</exception>
    internal static void RequireSpace(long needed, long free, string path)
    {
        if (free < needed)
        {
            throw new EditException(
                EditError.NotEnoughSpace,
                $"The output needs {ByteSize.Format(needed)} and the disk of '{path}' has {ByteSize.Format(free)} free; free some space or choose another disk.")
            { File = path };
        }
    }
}
