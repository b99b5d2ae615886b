using TaskVectors.Decomposition.Ranks;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>How the shared subspace of one matrix is found.</summary>
public sealed record SubspaceOptions
{
    /// <summary>The default options.</summary>
    public static SubspaceOptions Default { get; } = new();

    /// <summary>
    /// The reading; <see langword="null"/> for <see cref="DecompositionMode.Sweep"/> with two dense task vectors and
    /// <see cref="DecompositionMode.Mean"/> else.
    /// </summary>
    public DecompositionMode? Mode { get; init; }

    /// <summary>The rank of each task vector's space.</summary>
    public RankRule Rank { get; init; } = new AutomaticRank();

    /// <summary>
    /// The strictness of the published method, above 0 and below 1, converted so that each mode asks the same of every task
    /// (see <see cref="SharedCut.FromTau"/>); <see langword="null"/> for the default cut.
    /// </summary>
    public double? Tau { get; init; }

    /// <summary>The cut itself, taken as it is; wins over <see cref="Tau"/>. Eigenvalues above it are kept.</summary>
    public double? Cut { get; init; }

    /// <summary>Of how many tasks a direction must be part.</summary>
    public Sharing Sharing { get; init; } = Sharing.All;

    /// <summary>Which spaces are compared.</summary>
    public DecompositionSides Sides { get; init; } = DecompositionSides.Column;

    /// <summary>
    /// Whether a component must also beat chance: its eigenvalue must lie above the 99th percentile of the eigenvalue of the same index
    /// among random subspaces of the same ranks.
    /// </summary>
    public bool NullTest { get; init; } = true;

    /// <summary>How many sets of random subspaces are drawn; <see langword="null"/> for 20 to 200 by their size.</summary>
    public int? NullDraws { get; init; }

    /// <summary>The seed of the random subspaces.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// How the singular vectors of task vectors are found. Fast ones move shared parts by less than a thousandth of their norm; the parts always
    /// add up to the task vector and are orthogonal to one another.
    /// </summary>
    public SpectralPrecision Precision { get; init; } = SpectralPrecision.Fast;

    /// <summary>The options with every choice made for a number of task vectors.</summary>
    /// <exception cref="DecompositionException">An option is out of range or contradicts another.</exception>
    internal SubspaceRule Resolve(int tasks, bool isLowRank)
    {
        Validate(tasks);
        int chain = Sharing is SharedByPairs ? 2 : tasks;
        DecompositionMode mode =
            Mode ?? (Sharing is SharedByAtLeast || chain > 2 || isLowRank ? DecompositionMode.Mean : DecompositionMode.Sweep);
        return new SubspaceRule(mode, ChooseCut(mode, chain, isLowRank), Sharing is SharedByPairs);
    }

    private double ChooseCut(DecompositionMode mode, int tasks, bool isLowRank) => this switch
    {
        { Cut: { } cut } => cut,
        { Tau: { } tau } => SharedCut.FromTau(mode, tasks, tau),
        { Sharing: SharedByAtLeast sharing } => SharedCut.AtLeast(sharing.Tasks, tasks),
        _ when mode == DecompositionMode.Mean && (tasks > 2 || isLowRank) =>
            SharedCut.FromOverlap(tasks, isLowRank ? SharedCut.LoraOverlap : SharedCut.DenseOverlap),
        _ => SharedCut.FromTau(mode, tasks, SharedCut.PublishedTau),
    };

    private void Validate(int tasks)
    {
        if (tasks < 2)
        {
            throw new DecompositionException(
                DecompositionError.TooFewTasks, $"What task vectors share can be said of two or more; {tasks} is given.");
        }

        Require(Tau is null or (> 0 and < 1), $"tau is {Tau}; it must lie between 0 and 1.");
        Require(Cut is null or (>= 0 and < 1), $"The cut is {Cut}; it must be at least 0 and below 1.");
        Require(NullDraws is null or >= 10, $"The null test has {NullDraws} draws; it needs at least 10.");
        Require(
            Sharing is not SharedByAtLeast { Tasks: var least } || least <= tasks,
            $"'{Sharing}' asks for more tasks than the {tasks} there are.");
        Require(
            Sharing is not SharedByAtLeast || Mode is null or DecompositionMode.Mean,
            $"'{Sharing}' needs the mode mean: the other modes keep only what the whole chain has.");
    }

    private static void Require(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new DecompositionException(DecompositionError.InvalidOption, FormattableString.Invariant(message));
        }
    }
}
