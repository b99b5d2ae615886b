using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Parts;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>
/// Extracts the best factors of a rank from a task vector, W = B A with B = U_r diag(s_r)^(1/2) and A = diag(s_r)^(1/2) V_r^T, and says what
/// is lost. Weights of modules (<c>*.weight</c>) of two dimensions and more take part, convolutions as [out, rest]; of the rest, tensors may
/// be kept as full copies, and all others are listed as left out.
/// </summary>
public static class LowRankExtraction
{
    /// <summary>Extracts factors.</summary>
    /// <param name="pretrained">The base.</param>
    /// <param name="vector">The task vector relative to it.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told of bytes of the task vector seen a few times a second.</param>
    /// <param name="cancellationToken">Stops between matrices.</param>
    /// <exception cref="TaskVectorsException">
    /// The vector does not fit the base, a pattern matches nothing, the rank is above that of every matrix, the result does not fit the memory
    /// budget, reading failed, or a matrix holds NaN.
    /// </exception>
    public static Task<LowRankResult> RunAsync(
        Checkpoint pretrained,
        TaskVector vector,
        LowRankOptions options,
        IProgress<EditProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(options);
        ILinearAlgebraProvider provider = LinearAlgebraProvider.Create(options.LinearAlgebra, threads: 1);
        return Task.Run(() => Run(pretrained, vector, options, provider, progress, cancellationToken), cancellationToken);
    }

    internal static LowRankResult Run(
        Checkpoint pretrained,
        TaskVector vector,
        LowRankOptions options,
        ILinearAlgebraProvider provider,
        IProgress<EditProgress>? progress,
        CancellationToken cancellationToken)
    {
        AffineForm[] forms = [(pretrained + vector - pretrained).Form, (pretrained + vector).Form];
        var settings = EditOptions.Default with
        {
            Memory = options.Memory,
            Threads = options.Threads,
            Missing = options.Missing,
            LinearAlgebra = options.LinearAlgebra,
        };
        AggregateEditException.ThrowIfAny([.. ResourceLimits.Check(options.Memory, options.Threads), .. CheckPatterns(pretrained, options)]);
        var resolution = new InputResolution(forms[1], anchorIsVector: false, settings);
        var aligned = AlignedVectors.Align(forms, resolution);
        AggregateEditException.ThrowIfAny([.. resolution.Errors.DistinctBy(error => error.Message)]);

        AlignedVectorTensor[] tensors = [.. aligned.Tensors.Where(tensor => !tensor.Vectors[0].IsEmpty)];
        var meter = new ProgressMeter(progress, tensors.Sum(tensor => tensor.Tensor.ElementCount * sizeof(double)));
        using var reader = new AlignedVectorReader(aligned);
        var algebra = new FallbackLinearAlgebra(provider);
        var extractor = new TensorExtractor(aligned, reader, algebra, options, options.OutputAxis ?? StoredOutputAxis.Of(pretrained.Base));
        IReadOnlyList<string> notes = CheckRank(tensors, extractor, options);
        ExtractedTensor[] extracted = Extract(tensors, extractor, options, meter, cancellationToken);
        meter.Enter(EditPhase.Done);
        return new LowRankResult(
            [.. extracted.Select(tensor => tensor.Factors).OfType<LowRankTensor>()],
            [.. extracted.Select(tensor => tensor.Error).OfType<LowRankError>()],
            [.. extracted.Select(tensor => tensor.Saved).OfType<SavedTensor>()],
            [.. extracted.Select(tensor => tensor.LeftOut).OfType<LeftOutTensor>().Where(tensor => tensor.Norm > 0)],
            algebra.Fallbacks)
        {
            Notes = notes,
        };
    }

    // A rank that no matrix has is a mistake; where only some are smaller, their factors are exact, and that is worth a word.
    private static IReadOnlyList<string> CheckRank(AlignedVectorTensor[] tensors, TensorExtractor extractor, LowRankOptions options)
    {
        (string Name, TensorShape Shape, int Rank)[] matrices =
        [
            .. from tensor in tensors
               let rank = extractor.LargestRank(tensor)
               where rank is not null
               select (tensor.Tensor.Name, tensor.Tensor.Shape, rank.Value),
        ];
        if (matrices.Length == 0)
        {
            throw new EditException(
                EditError.InvalidOption,
                "No tensor that the vector changes can have factors: an adapter takes weights named '*.weight' of two dimensions and more, and no kernels with the outputs last (HWIO). Widen --include, or merge the task vector itself.");
        }

        if (options.Rank is not FixedRank { Rank: var wanted } || matrices.All(matrix => matrix.Rank >= wanted))
        {
            return [];
        }

        (string Name, TensorShape Shape, int Rank)[] smaller = [.. matrices.Where(matrix => matrix.Rank < wanted)];
        if (smaller.Length == matrices.Length)
        {
            (string name, TensorShape shape, int most) = matrices.MaxBy(matrix => matrix.Rank);
            throw new EditException(
                EditError.InvalidOption,
                $"The rank is {wanted}, and no matrix has more than {most} ({QuotedName.Of(name)} {shape}); choose a smaller one, or a share of each matrix with --energy.")
            { Tensor = name };
        }

        return
        [
            $"{smaller.Length} of {matrices.Length} matrices have a smaller side than the rank of {wanted}, such as {QuotedName.Of(smaller[0].Name)} {smaller[0].Shape}; they keep all they have, at a rank of their own.",
        ];
    }

    private static ExtractedTensor[] Extract(
        AlignedVectorTensor[] tensors, TensorExtractor extractor, LowRankOptions options, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var extracted = new ExtractedTensor[tensors.Length];
        var gate = new MemoryGate(options.Memory);
        foreach (AlignedVectorTensor tensor in tensors)
        {
            extractor.RequireFit(tensor);
        }

        SpectrumAnalysis.ForEach(
            tensors.Length,
            options.Threads,
            index =>
            {
                using IDisposable memory = gate.Take(extractor.WorkingBytes(tensors[index]), cancellationToken);
                extracted[index] = extractor.Extract(tensors[index]);
                meter.Advance(tensors[index].Tensor.ElementCount * sizeof(double), tensors[index].Tensor.Name);
            },
            cancellationToken);
        return extracted;
    }

    // Presets list the names of many architectures; only patterns of the user's own must match something.
    private static IEnumerable<TaskVectorsException> CheckPatterns(Checkpoint pretrained, LowRankOptions options)
    {
        IEnumerable<NamePattern> save = (options.Save ?? TensorFilter.All).Include;
        return UnmatchedPatterns.Check([.. TensorPresets.OwnPatterns(options.Filter), .. save], pretrained.Base);
    }
}
