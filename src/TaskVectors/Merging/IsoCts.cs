using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>Iso-CTS: a flat spectrum over the leading directions of the sum and the leading directions of each task outside of them.</summary>
internal sealed class IsoCts : IMergeMethod
{
    private static readonly NumberParameter CommonSpaceFraction = new("common_space_fraction", "The share of the directions that the sum of the tasks fills; the rest is divided between the tasks.")
    {
        Default = 0.8,
        Minimum = 0,
        Maximum = 1,
    };

    public string Name => "iso_cts";

    public string Summary => "As iso_c, with the weakest directions of the sum replaced by the leading directions of each task outside of the common space.";

    public string Formula => "tau = alpha mean(s) P([U_1 ... U_T U_c]) P([V_1 ... V_T V_c])^T, U_c the leading directions of the sum, U_t diag(s_t) V_t^T the leading triplets of tau_t - U_c U_c^T tau_t, P the orthogonal polar factor";

    public string Source => "Marczak et al., \"No Task Left Behind: Isotropic Model Merging with Common and Task-Specific Subspaces\", ICML 2025";

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, CommonSpaceFraction, SpectralParameters.Cap, SpectralParameters.Precision, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    /// <summary>
    /// How many directions each task adds to a space of a size: the rest behind the common part, over T, rounded half to even; rounded down where
    /// there is no room for that many.
    /// </summary>
    internal static int PerTask(int size, double fraction, int tasks)
    {
        int rest = size - (int)(size * fraction);
        int rounded = (int)Math.Round((double)rest / tasks, MidpointRounding.ToEven);
        return rounded * tasks <= size ? rounded : rest / tasks;
    }

    private sealed class Kernel(MergeArguments arguments) : SpectralKernel(arguments)
    {
        private readonly double _fraction = arguments.Get(CommonSpaceFraction);

        protected override long MatrixBytes(long rows, long columns, int vectors, int threads)
        {
            long size = Math.Min(rows, columns);
            long factors = SpectralMemory.Matrix(rows + columns, size);
            return (2 * factors) + Math.Max(Math.Max(1, threads) * (SpectralMemory.Matrix(rows, columns) + SpectralMemory.Svd(rows, columns)), SpectralMemory.Whitening(rows, columns, size));
        }

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context) =>
            tasks.IsFast ? MergeIn<float>(tasks, context) : MergeIn<double>(tasks, context);

        private Matrix<double> MergeIn<T>(TaskMatrices tasks, MergeContext context)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int size = Math.Min(tasks.SmallerSide, tasks.BoundOfSum() ?? tasks.SmallerSide);
            int perTask = PerTask(size, _fraction, tasks.Count);
            ThinSvd<T> common = tasks.Leading(TaskMatrices.In<double, T>(tasks.Sum()), size - (perTask * tasks.Count), tasks.BoundOfSum());
            ThinSvd<T>[] own = context.ForEach(tasks.Count, task => Outside(tasks, tasks.Read<T>(task), common, perTask, context));
            double largest = own.Append(common).SelectMany(ValuesOf).DefaultIfEmpty(0).Max();
            ThinSvd<T>[] blocks = [.. own.Append(common).Select(block => tasks.Significant(block, largest))];
            var flat = T.CreateTruncating(Spectrum.Mean([.. blocks.SelectMany(ValuesOf)]));
            return SingularBlocks.Whiten(context, tasks.Rows, tasks.Columns, blocks, _ => flat, tasks.Precision);
        }

        // tau - U U^T tau: the projection is on the left side only.
        private static ThinSvd<T> Outside<T>(TaskMatrices tasks, Matrix<T> task, ThinSvd<T> common, int rank, MergeContext context)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (common.Count > 0)
            {
                Matrix<T> coordinates = context.LinearAlgebra.Multiply(common.U.Transpose(), task.View);
                context.LinearAlgebra.Multiply(-T.One, common.U.View, coordinates.View, T.One, task.Target);
            }

            return tasks.All(task, rank);
        }

        private static double[] ValuesOf<T>(ThinSvd<T> svd)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(svd.SingularValues.ToArray(), double.CreateTruncating);
    }
}
