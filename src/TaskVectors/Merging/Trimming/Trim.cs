using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>Which elements of each task vector take part in a merge: the first step of TIES, DARE, breadcrumbs and DELLA.</summary>
internal abstract class Trim
{
    /// <summary>Whether it works row by row.</summary>
    public virtual bool NeedsRows => false;

    /// <summary>Whether everything takes part.</summary>
    public virtual bool KeepsAll => false;

    /// <summary>Whether blocks of F32 can be trimmed, and what is kept differs from what it was by <see cref="FactorOf"/> alone.</summary>
    public virtual bool WorksInSingle => true;

    /// <summary>Whether finding out again what takes part costs more than to remember it.</summary>
    public virtual bool IsCostly => false;

    /// <summary>Whether what remains of a tensor is scaled so that its sum of magnitudes is what it was.</summary>
    public bool RestoresSum { get; init; }

    /// <summary>Whether what takes part is found once, in a pass of its own or in that which finds sums, so that blocks need not hold whole rows afterwards.</summary>
    public bool RemembersKept => IsCostly && (RestoresSum || NeedsRows);

    /// <summary>What must be known of a tensor before it can be trimmed; <see langword="null"/> for nothing.</summary>
    public virtual SelectionStatistic? CreateSelection(MergeTensor tensor, int models) => null;

    /// <summary>An upper estimate of the memory of <see cref="CreateSelection"/>.</summary>
    public virtual long SelectionBytes(MergeTensor tensor, int models) => 0;

    /// <summary>Sets to zero what takes no part in one model of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="model">The index of the model.</param>
    /// <param name="selection">What <see cref="CreateSelection"/> gave.</param>
    public abstract void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Finds what takes part in one model of a block, whose values are of no use afterwards.</summary>
    /// <param name="block">The block.</param>
    /// <param name="model">The index of the model.</param>
    /// <param name="selection">What <see cref="CreateSelection"/> gave.</param>
    /// <param name="kept">Receives the bits of what is kept; <see langword="null"/> where they are not wanted.</param>
    /// <returns>The sums of magnitudes before trimming and after.</returns>
    public virtual (double Before, double After) Observe<T>(MergeBlock<T> block, int model, SelectionStatistic? selection, KeptBits? kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double before = BlockMath.AbsoluteSum<T>(block[model]);
        Apply(block, model, selection);
        kept?.Append<T>(block[model]);
        return (before, BlockMath.AbsoluteSum<T>(block[model]));
    }

    /// <summary>What is kept of a model is multiplied by this.</summary>
    public virtual double FactorOf(int model) => 1;

    /// <summary>Clears what a block of F32 has lost in trimming, and scales the rest alike.</summary>
    /// <param name="merged">The trimmed block.</param>
    /// <param name="places">The elements.</param>
    /// <param name="exact">Their values before trimming.</param>
    /// <param name="model">The index of the model.</param>
    /// <param name="scale">What is kept is also multiplied by this.</param>
    public void ApplyAgain(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, int model, double scale)
    {
        double factor = FactorOf(model) * scale;
        for (int index = 0; index < places.Length; index++)
        {
            exact[model][index] = merged[model][places[index]] != 0 ? exact[model][index] * factor : 0;
        }
    }

    /// <summary>Makes the kernel that trims and then adds.</summary>
    public MergeKernel CreateKernel(IVectorSum sum) => HasStatistic ? new TrimmedSumKernel(this, sum) : new StreamedTrimKernel(this, sum);

    /// <summary>Whether <see cref="CreateSelection"/> gives something.</summary>
    protected virtual bool NeedsSelection => false;

    private bool HasStatistic => NeedsSelection || RestoresSum || RemembersKept;
}
