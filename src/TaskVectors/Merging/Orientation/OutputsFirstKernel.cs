using TaskVectors.Decomposition;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging.Orientation;

/// <summary>
/// A kernel that sees every matrix as [out, rest], whichever way it is stored: for methods in which rows and columns play different parts.
/// </summary>
internal sealed class OutputsFirstKernel(MatrixKernel kernel, OutputAxisChoice choice) : MatrixKernel
{
    public override int SurveyPasses => kernel.SurveyPasses;

    public override IReadOnlyList<MergeUnit> Units(IReadOnlyList<MergeTensor> tensors)
    {
        var stored = tensors.Select(Chosen).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        IReadOnlyList<MergeUnit> units = kernel.Units([.. tensors.Select(tensor => stored[tensor.Name].WithOutputsFirst())]);
        return [.. units.Select(unit => new MergeUnit([.. unit.Tensors.Select(tensor => stored[tensor.Name])]))];
    }

    public override long WorkingBytes(MergeUnit unit, int vectors, int threads)
    {
        // Every vector may be kept turned while it is read in pieces.
        long turned = unit.Tensors.Where(tensor => tensor.AreOutputsLast).Select(tensor => (vectors + 1) * SpectralMemory.Matrix(tensor.Rows, tensor.Columns)).DefaultIfEmpty(0).Max();
        return kernel.WorkingBytes(OutputsFirstVectors.Turn(unit), vectors, threads) + turned;
    }

    public override void Survey(int pass, IUnitVectors vectors, MergeContext context) => kernel.Survey(pass, OutputsFirstVectors.Of(vectors), context);

    public override void EndSurvey(int pass) => kernel.EndSurvey(pass);

    public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
    {
        IReadOnlyList<Matrix<double>> merged = kernel.Merge(OutputsFirstVectors.Of(vectors), context);
        return [.. merged.Select((matrix, tensor) => vectors.Unit.Tensors[tensor].AreOutputsLast ? matrix.Transpose().ToMatrix() : matrix)];
    }

    private MergeTensor Chosen(MergeTensor tensor) => choice switch
    {
        OutputAxisChoice.First => tensor with { Outputs = OutputAxis.First },
        OutputAxisChoice.Last => tensor with { Outputs = OutputAxis.Last },
        _ => tensor,
    };
}
