using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging.Knots;

/// <summary>
/// KnOTS with TIES inside. The trim spans the rotated layers of the whole model: two survey passes find each task's threshold exactly.
/// </summary>
internal sealed class TiesKnotsKernel(double density, KnotsAggregate aggregate, double scale, double tolerance, int tasks) : MatrixKernel
{
    private readonly MagnitudeSelection[] _selections = [.. Enumerable.Range(0, tasks).Select(_ => new MagnitudeSelection())];
    private readonly double[] _thresholds = new double[tasks];

    public override int SurveyPasses => density < 1 ? 2 : 0;

    public override IReadOnlyList<MergeUnit> Units(IReadOnlyList<MergeTensor> tensors) => KnotsLayer.Divide(tensors);

    public override long WorkingBytes(MergeUnit unit, int vectors, int threads)
    {
        var layer = new KnotsLayer(unit);
        return layer.IsDiagonal || layer.IsLeftAlone
            ? (vectors + 2) * SpectralMemory.Matrix(layer.Rows, 1)
            : SpectralMemory.Svd(layer.Rows, (long)layer.Width * vectors) + (4 * SpectralMemory.Matrix(layer.Rows, layer.Width)) + (vectors * MagnitudeSelection.TableBytes);
    }

    public override void Survey(int pass, IUnitVectors vectors, MergeContext context)
    {
        var layer = new KnotsLayer(vectors.Unit);
        if (layer.IsLeftAlone)
        {
            return;
        }

        if (layer.IsDiagonal)
        {
            SurveyDiagonal(pass, vectors);
            return;
        }

        var rotated = RotatedLayer.Of(layer, vectors, tolerance, context);
        for (int task = 0; task < tasks; task++)
        {
            for (int row = 0; row < rotated.Rank; row++)
            {
                _selections[task].Observe(pass, rotated.Row(task, row));
            }
        }
    }

    public override void EndSurvey(int pass)
    {
        for (int task = 0; task < tasks; task++)
        {
            if (pass == 0)
            {
                _selections[task].Choose(total => (long)(total * density) + 1);
            }
            else
            {
                _thresholds[task] = _selections[task].Threshold();
            }
        }
    }

    public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
    {
        var layer = new KnotsLayer(vectors.Unit);
        var rule = new DisjointMerge(_thresholds, aggregate);
        if (layer.IsLeftAlone)
        {
            return layer.Zero();
        }

        return layer.IsDiagonal ? [MergeDiagonal(vectors, rule)] : layer.TakeApart(MergeRotated(layer, vectors, rule, context));
    }

    private Matrix<double> MergeRotated(KnotsLayer layer, IUnitVectors vectors, DisjointMerge rule, MergeContext context)
    {
        var rotated = RotatedLayer.Of(layer, vectors, tolerance, context);
        Matrix<double> merged = Matrix.Zero<double>(rotated.Rank, layer.Width);
        double[] entries = new double[tasks];
        for (int row = 0; row < rotated.Rank; row++)
        {
            Span<double> target = merged.Target.Row(row);
            for (int column = 0; column < target.Length; column++)
            {
                for (int task = 0; task < tasks; task++)
                {
                    entries[task] = rotated.Row(task, row)[column];
                }

                target[column] = scale * rule.Merge(entries);
            }
        }

        return rotated.RotateBack(merged, context);
    }

    // A diagonal matrix beside others rotates into itself, its rows in another order: only zeros lie beside the entries.
    private void SurveyDiagonal(int pass, IUnitVectors vectors)
    {
        Matrix<double>[] weights = [.. Enumerable.Range(0, tasks).Select(task => vectors.Read(task))];
        int[] kept = [.. Enumerable.Range(0, weights[0].Rows).Where(row => Norm(weights, row) > tolerance)];
        for (int task = 0; task < tasks; task++)
        {
            _selections[task].Observe(pass, [.. kept.Select(row => weights[task].Elements[row])]);
            _selections[task].ObserveZeros(pass, (long)kept.Length * (weights[0].Rows - 1));
        }
    }

    private Matrix<double> MergeDiagonal(IUnitVectors vectors, DisjointMerge rule)
    {
        Matrix<double>[] weights = [.. Enumerable.Range(0, tasks).Select(task => vectors.Read(task))];
        Matrix<double> merged = Matrix.Zero<double>(weights[0].Rows, 1);
        double[] entries = new double[tasks];
        for (int row = 0; row < merged.Rows; row++)
        {
            for (int task = 0; task < tasks; task++)
            {
                entries[task] = weights[task].Elements[row];
            }

            merged.Target[row, 0] = Norm(weights, row) > tolerance ? scale * rule.Merge(entries) : 0;
        }

        return merged;
    }

    private static double Norm(Matrix<double>[] weights, int row) => Math.Sqrt(weights.Sum(weight => weight.Elements[row] * weight.Elements[row]));
}
