using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Interference;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Orientation;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>WUDI: the matrix that interferes least with the tasks, found without data.</summary>
internal sealed class Wudi : IMergeMethod
{
    private static readonly ChoiceParameter<WudiSolver> Solver = new(
        "solver", "adam takes a fixed number of small steps from the sum, as the authors' code does; exact finds the minimum nearest to the sum.", WudiSolver.Adam);

    private static readonly IntegerParameter Iterations = new("iterations", "The steps of adam.") { Default = 300, Maximum = 1_000_000 };

    private static readonly NumberParameter LearningRate = new("learning_rate", "The length of a step of adam: about how far an element moves.") { Default = 1e-5, Minimum = 0, IsMinimumExcluded = true };

    private static readonly NumberParameter Cutoff = new("cutoff", "For exact: directions in which the tasks moved less than this share, in squares, of the strongest direction keep the sum.")
    {
        Default = 1e-6,
        Minimum = 1e-14,
        Maximum = 1,
    };

    private static readonly ChoiceParameter<OtherTensors> Others = new("others", "What becomes of all other tensors: base keeps its values, mean adds the mean of the task vectors.", OtherTensors.Base);

    private static readonly PatternsParameter Exclude = new("exclude", "Matrices that are counted among the other tensors.", "*embed*,*lm_head*,*text_projection*,*wpe*,*wte*");

    public string Name => "wudi";

    public string Summary => "Finds for each matrix the vector that interferes least with the tasks, without data.";

    public string Formula => "tau = lambda argmin_m sum_t |(m - tau_t) tau_t^T|_F^2 / |tau_t|_F^2, sought from m = sum_t tau_t";

    public string Source => "Cheng et al., \"Whoever Started the Interference Should End It: Guiding Data-Free Model Merging via Task Vectors\", ICML 2025, arXiv 2503.08099";

    public IReadOnlyList<MergeParameter> Parameters => [Solver, Iterations, LearningRate, Cutoff, SumParameters.Lambda, OutputAxisParameter.OutputAxis, Others, Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new OutputsFirstKernel(new Kernel(arguments), arguments.Get(OutputAxisParameter.OutputAxis));

    private sealed class Kernel(MergeArguments arguments) : MatrixKernel
    {
        private readonly ImmutableArray<NamePattern> _exclude = arguments.Get(Exclude);
        private readonly double _scale = arguments.Get(SumParameters.Lambda);

        public override long WorkingBytes(MergeUnit unit, int vectors, int threads)
        {
            MergeTensor tensor = unit.Tensors[0];
            long matrix = SpectralMemory.Matrix(tensor.Rows, tensor.Columns);
            if (!IsMerged(tensor))
            {
                return 2 * matrix;
            }

            long square = SpectralMemory.Matrix(tensor.Columns, tensor.Columns);
            return arguments.Get(Solver) == WudiSolver.Adam ? (6 * matrix) + (2 * square) : (5 * matrix) + (5 * square);
        }

        public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
        {
            Matrix<double> merged = IsMerged(vectors.Unit.Tensors[0]) ? Minimize(new InterferenceLoss(vectors, context), context) : Rest(vectors, context);
            SingularBlocks.Scale(merged.Target.Elements, _scale);
            return [merged];
        }

        private bool IsMerged(MergeTensor tensor) => tensor.IsMatrix && !_exclude.Any(pattern => pattern.Matches(tensor.Name));

        private Matrix<double> Minimize(InterferenceLoss loss, MergeContext context) => arguments.Get(Solver) == WudiSolver.Exact
            ? ExactMinimum.Find(loss, arguments.Get(Cutoff), context)
            : AdamSteps.Minimize(loss, arguments.Get(Iterations), arguments.Get(LearningRate));

        private Matrix<double> Rest(IUnitVectors vectors, MergeContext context)
        {
            MergeTensor tensor = vectors.Unit.Tensors[0];
            if (arguments.Get(Others) == OtherTensors.Base)
            {
                return Matrix.Zero<double>(tensor.Rows, tensor.Columns);
            }

            Matrix<double> mean = new TaskMatrices(vectors, context, RankCap.None, SpectralPrecision.Exact).Sum();
            SingularBlocks.Scale(mean.Target.Elements, 1.0 / vectors.VectorCount);
            return mean;
        }
    }
}
