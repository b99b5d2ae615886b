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

    /// <summary>Scores the elements of one task in a block.</summary>
    public void Score(MergeBlock block, int task, Span<double> scores)
    {
        SumOfOpponents(block, scores);
        ReadOnlySpan<double> values = block[task];
        for (int index = 0; index < scores.Length; index++)
        {
            double normal = ranges[task].Normalize(values[index]);
            scores[index] = Math.Exp(ranges.Length * (normal * normal)) * Math.Tanh(values[index] * scores[index]);
        }
    }

    private void SumOfOpponents(MergeBlock block, Span<double> sums)
    {
        sums.Clear();
        for (int model = 0; model < block.ModelCount; model++)
        {
            if (variant == PcbVariant.Raw)
            {
                BlockMath.AddScaled(block[model], 1, sums);
                continue;
            }

            ReadOnlySpan<double> values = block[model];
            for (int index = 0; index < sums.Length; index++)
            {
                sums[index] += values[index] == 0 ? 0 : Math.CopySign(ranges[model].Normalize(values[index]), values[index]);
            }
        }
    }
}
