using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Orientation;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>Addition of shared and unique parts with coefficients of their own: by default what tasks share is counted once.</summary>
internal sealed class Decomposed : IMergeMethod
{
    private static readonly NumberParameter Unique = new("unique", "The coefficient a of the unique parts.") { Default = 1 };

    private static readonly NumberParameter Shared = new("shared", "The coefficient b of the shared parts, summed over the tasks: 1/T counts a shared direction once, 1 is plain addition.") { DefaultShare = 1 };

    private static readonly RankRuleParameter Rank = new("rank", "How many leading singular vectors of each task span the space that is compared.", new AutomaticRank());

    private static readonly ChoiceParameter<ModeChoice> Mode = new("mode", "The reading of what survives the chain of projections; auto is sweep for two full task vectors and mean else.", ModeChoice.Auto);

    private static readonly ChoiceParameter<DecompositionSides> Sides = new("sides", "Which spaces are compared.", DecompositionSides.Column);

    private static readonly NumberParameter Cut = new("cut", "The eigenvalue above which a direction counts as shared; below 0 for the default of the decomposition.") { Default = -1, Minimum = -1, Maximum = 1 };

    private static readonly NumberParameter Seed = new("seed", "The seed of the random subspaces of the null test.") { Default = 0, Minimum = 0, Maximum = 1L << 53 };

    private static readonly ChoiceParameter<NullTestChoice> NullTest = new("null_test", "Whether a shared direction must also beat random subspaces of the same ranks.", NullTestChoice.On);

    private static readonly PatternsParameter Exclude = new(
        "exclude", "Matrices that are unique entirely.", string.Join(',', TensorPresets.Matrices.Exclude.Select(pattern => pattern.Text)));

    public string Name => "decomposed";

    public string Summary => "Splits every task vector into a part shared with others and a unique part and adds them with coefficients of their own.";

    public string Formula => "tau = alpha (a sum_t unique_t + b sum_t shared_t), shared_t = Z Z^T tau_t, unique_t = tau_t - shared_t, Z the directions that the tasks' column spaces share";

    public string Source => "The decomposition that taskvec decompose makes; that the shared part is counted once is this project's own finding";

    public int MinimumVectors => 2;

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, Unique, Shared, Rank, Mode, Sides, Cut, NullTest, Seed, OutputAxisParameter.OutputAxis, Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new OutputsFirstKernel(new Kernel(arguments), arguments.Get(OutputAxisParameter.OutputAxis));

    private enum ModeChoice
    {
        Auto,
        Sweep,
        Product,
        Mean,
    }

    private enum NullTestChoice
    {
        On,
        Off,
    }

    private sealed class Kernel(MergeArguments arguments) : MatrixKernel
    {
        private readonly ImmutableArray<NamePattern> _exclude = arguments.Get(Exclude);
        private readonly double _unique = arguments.Get(SpectralParameters.Alpha) * arguments.Get(Unique);
        private readonly double _shared = arguments.Get(SpectralParameters.Alpha) * arguments.Get(Shared);
        private readonly SubspaceOptions _options = OptionsOf(arguments);
        private readonly Lock _lock = new();
        private MatrixDecomposer? _decomposer;

        public override long WorkingBytes(MergeUnit unit, int vectors, int threads)
        {
            MergeTensor tensor = unit.Tensors[0];
            if (!IsDecomposed(tensor))
            {
                return 2 * SpectralMemory.Matrix(tensor.Rows, tensor.Columns);
            }

            long larger = Math.Max(tensor.Rows, tensor.Columns);
            long smaller = Math.Min(tensor.Rows, tensor.Columns);
            long joined = vectors * Math.Min(smaller, _options.Rank.Foresee(tensor.Rows, tensor.Columns, factorRank: null) ?? smaller);
            long order = Math.Min(larger, joined);
            long bases = (3 * SpectralMemory.Matrix(larger, joined)) + (3 * SpectralMemory.Matrix(order, joined)) + (6 * SpectralMemory.Matrix(order, order));
            long sides = _options.Sides == DecompositionSides.Both ? 2 : 1;
            return ((vectors + 3) * SpectralMemory.Matrix(tensor.Rows, tensor.Columns)) + SpectralMemory.Svd(tensor.Rows, tensor.Columns) + (sides * bases);
        }

        public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
        {
            MergeTensor tensor = vectors.Unit.Tensors[0];
            if (!IsDecomposed(tensor) || tensor.Shape.ElementCount == 0)
            {
                Matrix<double> sum = new TaskMatrices(vectors, context, RankCap.None, SpectralPrecision.Exact).Sum();
                SingularBlocks.Scale(sum.Target.Elements, _unique);
                return [sum];
            }

            Matrix<double>[] tasks = [.. Enumerable.Range(0, vectors.VectorCount).Select(task => vectors.Read(task))];
            int?[] ranks = [.. Enumerable.Range(0, vectors.VectorCount).Select(task => vectors.RankBound(task))];
            return [DecomposerOf(context).Decompose(tasks, ranks).Merge(tasks, _unique, _shared)];
        }

        private static SubspaceOptions OptionsOf(MergeArguments arguments)
        {
            double cut = arguments.Get(Cut);
            return new SubspaceOptions
            {
                Rank = arguments.Get(Rank),
                Mode = arguments.Get(Mode) switch
                {
                    ModeChoice.Sweep => DecompositionMode.Sweep,
                    ModeChoice.Product => DecompositionMode.Product,
                    ModeChoice.Mean => DecompositionMode.Mean,
                    _ => null,
                },
                Sides = arguments.Get(Sides),
                Cut = cut < 0 ? null : Math.Min(cut, Math.BitDecrement(1)),
                NullTest = arguments.Get(NullTest) == NullTestChoice.On,
                Seed = (ulong)arguments.Get(Seed),
            };
        }

        private bool IsDecomposed(MergeTensor tensor) => tensor.Shape.Rank >= 2 && !_exclude.Any(pattern => pattern.Matches(tensor.Name));

        // One for all matrices: it keeps the spectra of random subspaces that it has drawn.
        private MatrixDecomposer DecomposerOf(MergeContext context)
        {
            lock (_lock)
            {
                return _decomposer ??= new MatrixDecomposer(context.LinearAlgebra, _options);
            }
        }
    }
}
