using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Decomposition;
using TaskVectors.Execution;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Spectral;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>
/// The singular values of task vectors, matrix by matrix, and the angles between their leading column spaces. Tensors of more than two dimensions are
/// looked at as [out, rest]; the outputs are the last dimension where the metadata of the base say <c>layout</c> HWIO, and in the weights of GPT-2. Results do not depend on the number of threads.
/// </summary>
public static class SpectrumAnalysis
{
    private const double ComputationShare = 0.9;

    /// <summary>Computes the spectra of task vectors over one base.</summary>
    /// <param name="vectors">The task vectors; at least one.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told of bytes of task vectors seen a few times a second.</param>
    /// <param name="cancellationToken">Stops the analysis between matrices.</param>
    /// <exception cref="TaskVectorsException">The vectors do not fit together or are relative to different bases, a matrix does not fit the memory budget, or reading failed.</exception>
    public static Task<SpectrumReport> RunAsync(
        IReadOnlyList<NamedTaskVector> vectors, SpectrumOptions options, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(vectors.Count);
        ILinearAlgebraProvider provider = LinearAlgebraProvider.Create(options.LinearAlgebra, threads: 1);
        return Task.Run(() => Run(vectors, options, provider, progress, cancellationToken), cancellationToken);
    }

    internal static SpectrumReport Run(
        IReadOnlyList<NamedTaskVector> vectors,
        SpectrumOptions options,
        ILinearAlgebraProvider provider,
        IProgress<EditProgress>? progress,
        CancellationToken cancellationToken)
    {
        AffineForm[] forms = [.. vectors.Select(vector => vector.Vector.Form)];
        CheckpointSource anchor = (forms.FirstOrDefault(form => !form.AnchorIsVector) ?? forms[0]).Anchor;
        AffineForm all = forms.Aggregate((sum, form) => sum.Add(form)).WithAnchor(anchor);
        var settings = EditOptions.Default with { Memory = options.Memory, Threads = options.Threads, Missing = options.Missing, LinearAlgebra = options.LinearAlgebra };
        AggregateEditException.ThrowIfAny(
        [
            .. ResourceLimits.Check(options.Memory, options.Threads),
            .. UnmatchedPatterns.Check([.. options.Filter.Include, .. options.Filter.Exclude], anchor),
            .. options.AnyBase ? [] : CheckBases(vectors, anchor),
        ]);
        var resolution = new InputResolution(all, forms.All(form => form.AnchorIsVector), settings);
        var aligned = AlignedVectors.Align(forms, resolution);
        AggregateEditException.ThrowIfAny([.. resolution.Errors.DistinctBy(error => error.Message)]);

        AlignedVectorTensor[] tensors = [.. aligned.Tensors.Where(tensor => tensor.Tensor.Shape.Rank >= 2 && tensor.Tensor.ElementCount > 0 && options.Filter.Matches(tensor.Tensor.Name))];
        Func<string, OutputAxis> axisOf = StoredOutputAxis.OfEach(anchor);
        int atOnce = AtOnce([.. tensors.Select(tensor => AsMatrix(tensor.Tensor, axisOf(tensor.Tensor.Name)))], vectors.Count, options, resolution.ComputationBytes);
        var meter = new ProgressMeter(progress, tensors.Sum(tensor => tensor.Tensor.ElementCount * sizeof(double) * vectors.Count));
        using var reader = new AlignedVectorReader(aligned);
        var algebra = new FallbackLinearAlgebra(provider);
        var layers = new LayerSpectrum[tensors.Length];
        ForEach(tensors.Length, atOnce, index => layers[index] = Analyse(tensors[index], aligned, reader, options, axisOf(tensors[index].Tensor.Name), algebra, meter), cancellationToken);
        meter.Enter(EditPhase.Done);
        return new SpectrumReport([.. vectors.Select(vector => vector.Name)], layers) { Fallbacks = algebra.Fallbacks };
    }

    private static IEnumerable<EditException> CheckBases(IReadOnlyList<NamedTaskVector> vectors, CheckpointSource anchor)
    {
        PlannedInput[] stored =
        [
            .. from vector in vectors
               from term in vector.Vector.Form.Terms
               where term.IsVector && term.Source is not ComputedSource
               select new PlannedInput(vector.Name, term.Source, IsVector: true, string.Empty),
        ];
        return stored.Length == 0 || TaskVectorMetadata.IsTaskVector(anchor)
            ? []
            : BaseChecks.Find([new PlannedInput(Path.GetFileName(anchor.Path), anchor, IsVector: false, CheckpointFingerprint.Compute(anchor)), .. stored]);
    }

    /// <summary>Runs an action for every index, several at once, and throws the first error as it is.</summary>
    internal static void ForEach(int count, int atOnce, Action<int> action, CancellationToken cancellationToken)
    {
        try
        {
            _ = Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, action);
        }
        catch (AggregateException error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }
    }

    private static MergeTensor AsMatrix(TensorInfo tensor, OutputAxis axis) => new MergeTensor(tensor.Name, tensor.Shape) { Outputs = axis }.WithOutputsFirst();

    private static int AtOnce(MergeTensor[] matrices, int vectors, SpectrumOptions options, long taken)
    {
        MergeTensor? largest = matrices.MaxBy(tensor => WorkingBytes(tensor, vectors, options));
        if (largest is null)
        {
            return 1;
        }

        long needed = WorkingBytes(largest, vectors, options);
        long available = (long)(options.Memory * ComputationShare) - taken;
        long fitting = available / needed;
        return fitting > 0
            ? (int)Math.Min(fitting, options.Threads)
            : throw new EditException(
                EditError.NotEnoughMemory,
                $"The spectrum of '{largest.Name}' {largest.Shape} needs {ByteSize.Format(needed)}, more than the memory budget of {ByteSize.Format(options.Memory)} leaves. Pass a larger --memory, or leave the tensor out with --exclude.")
            {
                Tensor = largest.Name,
            };
    }

    // The leading left factors of all task vectors are kept beside one decomposition.
    private static long WorkingBytes(MergeTensor tensor, int vectors, SpectrumOptions options) =>
        SpectralMemory.Svd(tensor.Rows, tensor.Columns) + ((vectors + 2) * SpectralMemory.Matrix(tensor.Rows, AngleRank(tensor, options)));

    private static int AngleRank(MergeTensor tensor, SpectrumOptions options) => Math.Max(1, (int)(Math.Min(tensor.Rows, tensor.Columns) * options.AngleFraction));

    private static LayerSpectrum Analyse(
        AlignedVectorTensor tensor, AlignedVectors aligned, AlignedVectorReader reader, SpectrumOptions options, OutputAxis axis, ILinearAlgebraProvider provider, ProgressMeter meter)
    {
        MergeTensor shape = AsMatrix(tensor.Tensor, axis);
        var spectra = new List<SpectrumOfMatrix>();
        var bases = new List<Matrix<double>>();
        for (int vector = 0; vector < tensor.Vectors.Length; vector++)
        {
            ThinSvd<double> svd = Decompose(tensor, vector, shape, axis, reader, provider);
            int wanted = AngleRank(shape, options);
            var spectrum = new SpectrumOfMatrix(svd.SingularValues.ToArray());
            int rank = Math.Min(Math.Min(wanted, spectrum.NumericalRank), aligned.RankBound(tensor, vector) ?? wanted);
            spectra.Add(spectrum);
            bases.Add(svd.U.FirstColumns(rank).ToMatrix());
            meter.Advance(tensor.Tensor.ElementCount * sizeof(double), tensor.Tensor.Name);
        }

        IEnumerable<SubspaceAngles> angles = from first in Enumerable.Range(0, bases.Count)
                                             from second in Enumerable.Range(first + 1, bases.Count - first - 1)
                                             select new SubspaceAngles(first, second, AnglesBetween(bases[first], bases[second], provider));
        return new LayerSpectrum(shape.Name, shape.Rows, shape.Columns, spectra, [.. angles]);
    }

    private static IReadOnlyList<double> AnglesBetween(Matrix<double> first, Matrix<double> second, ILinearAlgebraProvider provider) =>
        first.Columns == 0 || second.Columns == 0 ? [] : PrincipalAngles.Between(first.View, second.View, provider);

    private static ThinSvd<double> Decompose(AlignedVectorTensor tensor, int vector, MergeTensor shape, OutputAxis axis, AlignedVectorReader reader, ILinearAlgebraProvider provider)
    {
        bool isLast = axis == OutputAxis.Last;
        Matrix<double> stored = Matrix.Zero<double>(isLast ? shape.Columns : shape.Rows, isLast ? shape.Rows : shape.Columns);
        reader.Read(tensor, vector, stored.Target.Elements);
        try
        {
            return provider.ThinSvd(isLast ? stored.Transpose() : stored.View);
        }
        catch (NonFiniteMatrixException error)
        {
            throw new EditException(
                EditError.NaN, $"The tensor '{shape.Name}' of a task vector holds NaN or infinite values and has no singular values. Leave it out with --exclude.", error)
            {
                Tensor = shape.Name,
            };
        }
    }
}
