using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Execution;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;

namespace TaskVectors.Analysis;

/// <summary>
/// Extracts the best factors of a rank from a task vector: W = B A with B = U_r diag(s_r)^(1/2) and A = diag(s_r)^(1/2) V_r^T, and says what is lost. Only
/// tensors of two dimensions named <c>*.weight</c> take part; biases and norms have no factors and are listed as left out.
/// </summary>
public static class LowRankExtraction
{
    /// <summary>Extracts factors.</summary>
    /// <param name="vector">The task vector.</param>
    /// <param name="rank">The rank r, at least 1.</param>
    /// <param name="options">How to read; <see cref="SpectrumOptions.Filter"/> chooses the tensors.</param>
    /// <param name="cancellationToken">Stops between matrices.</param>
    /// <exception cref="TaskVectorsException">Reading failed, or a matrix holds NaN.</exception>
    public static Task<LowRankResult> RunAsync(TaskVector vector, int rank, SpectrumOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        return Task.Run(() => Run(vector.Form, rank, options, cancellationToken), cancellationToken);
    }

    private static LowRankResult Run(AffineForm form, int rank, SpectrumOptions options, CancellationToken cancellationToken)
    {
        var settings = EditOptions.Default with { Memory = options.Memory, Threads = options.Threads, Missing = options.Missing, LinearAlgebra = options.LinearAlgebra };
        var resolution = new InputResolution(form, form.AnchorIsVector, settings);
        var aligned = AlignedVectors.Align([form], resolution);
        AggregateEditException.ThrowIfAny([.. resolution.Errors.DistinctBy(error => error.Message)]);
        using var reader = new AlignedVectorReader(aligned);
        ILinearAlgebraProvider provider = LinearAlgebraProvider.Create(options.LinearAlgebra, threads: 1);
        var factors = new List<LowRankTensor>();
        var errors = new List<LowRankError>();
        var leftOut = new List<string>();
        foreach (AlignedVectorTensor tensor in aligned.Tensors.Where(tensor => options.Filter.Matches(tensor.Tensor.Name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (tensor.Tensor.Shape.Rank != 2 || !tensor.Tensor.Name.EndsWith(".weight", StringComparison.Ordinal))
            {
                leftOut.Add(tensor.Tensor.Name);
                continue;
            }

            (LowRankFactors product, LowRankError error) = Extract(tensor, rank, reader, provider);
            factors.Add(new LowRankTensor(tensor.Tensor.Name, product));
            errors.Add(error);
        }

        return new LowRankResult(factors, errors, leftOut);
    }

    private static (LowRankFactors Factors, LowRankError Error) Extract(AlignedVectorTensor tensor, int rank, AlignedVectorReader reader, ILinearAlgebraProvider provider)
    {
        var shape = new MergeTensor(tensor.Tensor.Name, tensor.Tensor.Shape);
        Matrix<double> matrix = Matrix.Zero<double>(shape.Rows, shape.Columns);
        reader.Read(tensor, 0, matrix.Target.Elements);
        ThinSvd<double> svd = provider.ThinSvd(matrix.View);
        var spectrum = new SpectrumOfMatrix(svd.SingularValues.ToArray());
        int kept = Math.Min(rank, svd.NumericalRank());
        Matrix<double> b = svd.U.FirstColumns(kept).ToMatrix();
        Matrix<double> a = svd.Vt.FirstRows(kept).ToMatrix();
        for (int k = 0; k < kept; k++)
        {
            double root = Math.Sqrt(spectrum.SingularValues[k]);
            for (int row = 0; row < b.Rows; row++)
            {
                b.Target[row, k] *= root;
            }

            Merging.Spectral.SingularBlocks.Scale(a.Target.Row(k), root);
        }

        double norm = spectrum.Norm;
        double lost = spectrum.ErrorOfRank(kept);
        return (new LowRankFactors(shape.Rows, shape.Columns, kept, b.Memory, a.Memory), new LowRankError(shape.Name, kept, norm, lost, norm > 0 ? lost / norm : 0));
    }
}
