using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Competition;

/// <summary>
/// How an element of a task vector fares in the competition of PCB: its balance within the task, exp(T n_t^2) with n_t its magnitude brought to 0 to 1, times its
/// balance between tasks, tanh(tau_t x), with x the sum over the tasks of tau_s or of sign(tau_s) n_s. Source: Du et al., "Parameter Competition Balancing for Model Merging", NeurIPS 2024,
/// section 3, in the form of the authors' code.
/// </summary>
/// <param name="ranges">The magnitudes to which each task vector is clamped.</param>
/// <param name="variant">What a change competes with.</param>
internal sealed class ParameterCompetition(MagnitudeRange[] ranges, PcbVariant variant)
{
    /// <summary>The clamped magnitudes of each task vector.</summary>
    public IReadOnlyList<MagnitudeRange> Ranges => ranges;

    /// <summary>Finds what the elements of a block compete with, x, the same for all tasks.</summary>
    public void SumOpponents(MergeBlock block, Span<double> sums)
    {
        sums.Clear();
        for (int model = 0; model < block.ModelCount; model++)
        {
            if (variant == PcbVariant.Raw)
            {
                BlockMath.AddScaled(block[model], 1, sums);
            }
            else
            {
                ranges[model].AddNormalized(block[model], sums);
            }
        }
    }

    /// <summary>Scores the elements of one task in a block.</summary>
    public void Score(MergeBlock block, int task, Span<double> scores)
    {
        SumOpponents(block, scores);
        Score(block[task], task, scores);
    }

    /// <summary>Scores elements of one task, where the scores hold what they compete with.</summary>
    public void Score(ReadOnlySpan<double> values, int task, Span<double> scores)
    {
        int done = Vector256.IsHardwareAccelerated ? ScoreVectors(values, ranges[task], ranges.Length, scores) : 0;
        ScoreScalar(values, task, done, scores);
    }

    /// <summary>Scores the elements of one task at the first few of the positions in a scratch, which holds what the block competes with; their values stand beside the scores then.</summary>
    public Span<double> ScoreAt(ReadOnlySpan<double> values, int task, ScoreScratch scratch, int count)
    {
        Span<double> scores = scratch.Scores[..count];
        Span<double> chosen = scratch.Chosen[..count];
        ReadOnlySpan<double> opponents = scratch.Opponents;
        ReadOnlySpan<int> places = scratch.Places[..count];
        for (int index = 0; index < places.Length; index++)
        {
            (chosen[index], scores[index]) = (values[places[index]], opponents[places[index]]);
        }

        Score(chosen, task, scores);
        return scores;
    }

    /// <summary>Scores elements from a position on, where the scores hold what they compete with, one by one.</summary>
    public void ScoreScalar(ReadOnlySpan<double> values, int task, int from, Span<double> scores)
    {
        for (int index = from; index < scores.Length; index++)
        {
            double normal = ranges[task].Normalize(values[index]);
            scores[index] = ElementaryFunctions.Exp(ranges.Length * (normal * normal)) * ElementaryFunctions.Tanh(values[index] * scores[index]);
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ScoreVectors(ReadOnlySpan<double> values, MagnitudeRange range, double tasks, Span<double> scores)
    {
        ref double value = ref MemoryMarshal.GetReference(values);
        ref double score = ref MemoryMarshal.GetReference(scores);
        Vector256<double> low = Vector256.Create(range.Low);
        Vector256<double> high = Vector256.Create(range.High);
        Vector256<double> width = Vector256.Create(range.High - range.Low);
        Vector256<double> isWide = Vector256.GreaterThan(high, low);
        Vector256<double> factor = Vector256.Create(tasks);
        int whole = scores.Length - (scores.Length % Vector256<double>.Count);
        for (nuint index = 0; index < (nuint)whole; index += (nuint)Vector256<double>.Count)
        {
            Vector256<double> own = Vector256.LoadUnsafe(ref value, index);
            Vector256<double> normal = isWide & ((Vector256.MinNative(Vector256.MaxNative(Vector256.Abs(own), low), high) - low) / width);
            Vector256<double> within = ElementaryFunctions.Exp(factor * (normal * normal));
            (within * ElementaryFunctions.Tanh(own * Vector256.LoadUnsafe(ref score, index))).StoreUnsafe(ref score, index);
        }

        return whole;
    }
}
