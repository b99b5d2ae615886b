using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// Drops elements at random: each is kept with the density of its model, independently. What is kept is divided by the density, or left as it is.
/// Source: Yu et al., "Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch", ICML 2024, section 3.
/// </summary>
/// <param name="densities">The probability for each model that an element is kept.</param>
/// <param name="divides">Whether what is kept is divided by the density.</param>
/// <param name="draws">What draws the elements.</param>
internal sealed class RandomDrop(double[] densities, bool divides, IKeepDraws draws) : Trim
{
    private const int WordBits = 64;
    private const int RunElements = 4096;

    public override bool IsCostly => true;

    public override double FactorOf(int model) => divides && densities[model] < 1 ? 1 / densities[model] : 1;

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        Span<ulong> kept = stackalloc ulong[RunElements / WordBits];
        for (int start = 0; start < block.Count && densities[model] < 1; start += RunElements)
        {
            Span<T> run = block[model].Slice(start, Math.Min(RunElements, block.Count - start));
            draws.Draw(block.Tensor, model, block.KeyOf(model), densities[model], block.First + start, run.Length, kept);
            KeptBits.Scale(run, kept, T.CreateTruncating(FactorOf(model)));
        }
    }

    public override (double Before, double After) Observe<T>(MergeBlock<T> block, int model, SelectionStatistic? selection, KeptBits? kept)
    {
        Span<ulong> words = stackalloc ulong[RunElements / WordBits];
        (double before, double after) = (0, 0);
        for (int start = 0; start < block.Count; start += RunElements)
        {
            ReadOnlySpan<T> run = block[model].Slice(start, Math.Min(RunElements, block.Count - start));
            draws.Draw(block.Tensor, model, block.KeyOf(model), densities[model], block.First + start, run.Length, words);
            kept?.Append(words, run.Length);
            (double all, double left) = KeptSums.Of(run, words);
            before += all;
            after += left;
        }

        return (before, after);
    }
}
