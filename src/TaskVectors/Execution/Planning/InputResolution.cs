using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution.Merges;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>
/// Makes the sources of an edit ready to be read beside its anchor: adapters are bound to it, computed vectors aligned with it. Collects the
/// stored sources behind all of them, and everything that does not fit.
/// </summary>
internal sealed class InputResolution
{
    // Lanes of tiles need a share too.
    private const double ComputationShare = 0.75;

    private readonly Dictionary<(string Path, bool IsVector), CheckpointSource> _resolved = [];
    private readonly Dictionary<CheckpointSource, string> _fingerprints = [];
    private readonly List<(CheckpointSource Source, bool IsVector)> _stored = [];
    private readonly int _computations;

    public InputResolution(AffineForm form, bool anchorIsVector, EditOptions options)
        : this(form, anchorIsVector, options, CountOf(form))
    {
    }

    private InputResolution(AffineForm form, bool anchorIsVector, EditOptions options, int computations)
    {
        Anchor = form.Anchor;
        AnchorIsVector = anchorIsVector;
        Options = options;
        Names = new ModelNames(options.ModelNames);
        _computations = computations;
        _ = Names.Of(form.Anchor);
        RequireModel(form.Anchor);
    }

    /// <summary>The source whose tensors the result takes.</summary>
    public CheckpointSource Anchor { get; }

    public bool AnchorIsVector { get; }

    public EditOptions Options { get; }

    public ModelNames Names { get; }

    public List<TaskVectorsException> Errors { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <summary>The stored sources resolved so far, in order.</summary>
    public IReadOnlyList<(CheckpointSource Source, bool IsVector)> Stored => _stored;

    /// <summary>The memory that each computed vector may plan with.</summary>
    public long BytesPerComputation => (long)(Options.Memory * ComputationShare / Math.Max(1, _computations));

    /// <summary>The memory that the computed vectors resolved so far have planned with.</summary>
    public long ComputationBytes => _resolved.Values.OfType<IPreparableSource>().Sum(source => source.WorkingBytes);

    /// <summary>The source as it is to be read; what fails is noted, and the source comes back as it is.</summary>
    public CheckpointSource Resolve(CheckpointSource source, bool isVector)
    {
        if (_resolved.TryGetValue((source.Path, isVector), out CheckpointSource? known))
        {
            return known;
        }

        RequireModel(source);
        CheckpointSource resolved = source;
        try
        {
            resolved = source switch
            {
                IPreparableSource preparable => preparable.Prepare(this),
                IBindableTaskVector bindable when isVector && !AnchorIsVector => bindable.Bind(Anchor),
                _ => source,
            };
        }
        catch (TaskVectorsException error)
        {
            Errors.Add(error);
        }

        if (resolved is not ComputedSource)
        {
            _stored.Add((resolved, isVector));
        }

        _resolved.Add((source.Path, isVector), resolved);
        return resolved;
    }

    /// <summary>Counts a file of statistics among the stored sources.</summary>
    public void AddStatistics(CheckpointSource source)
    {
        if (!_stored.Exists(stored => stored.Source.Path == source.Path))
        {
            _stored.Add((source, false));
        }
    }

    /// <summary>The resolution of an edit whose result this one uses; it shares the memory.</summary>
    public InputResolution For(AffineForm form, DType? dtype) =>
        new(form, form.AnchorIsVector, Options with { OutputDType = dtype, Filter = TensorFilter.All }, _computations);

    /// <summary>Takes over what the resolution of an inner edit has found.</summary>
    public void Absorb(InputResolution inner)
    {
        Errors.AddRange(inner.Errors);
        Warnings.AddRange(inner.Warnings.Except(Warnings));
        _stored.AddRange(inner._stored.Where(stored => !_stored.Exists(known => known.Source.Path == stored.Source.Path && known.IsVector == stored.IsVector)));
    }

    /// <summary>The fingerprint of a resolved source, read once.</summary>
    public string FingerprintOf(CheckpointSource source)
    {
        if (!_fingerprints.TryGetValue(source, out string? fingerprint))
        {
            fingerprint = source is IPreparableSource preparable ? preparable.FingerprintFrom(FingerprintOf) : CheckpointFingerprint.Compute(source);
            _fingerprints.Add(source, fingerprint);
        }

        return fingerprint;
    }

    private void RequireModel(CheckpointSource source)
    {
        if (StatisticsMetadata.IsStatistics(source) && !Errors.Exists(error => error.File == source.Path))
        {
            string model = source.Metadata.TryGetValue(StatisticsMetadata.ModelNameKey, out string? name) ? $", called {QuotedName.Of(name)} then" : string.Empty;
            Errors.Add(new EditException(
                EditError.StatisticsMismatch,
                $"'{Names.Of(source)}' ({source.Path}) holds statistics of a model, not a model. Give the model itself{model}; statistics go beside it to merge methods that weigh models by them.")
            { File = source.Path });
        }
    }

    private static int CountOf(AffineForm form) =>
        form.WithArguments().SelectMany(part => part.Terms).Select(term => term.Source).OfType<MergedSource>().DistinctBy(source => source.Path).Count();
}
