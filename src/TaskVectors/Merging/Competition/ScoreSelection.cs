using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>
/// Finds for each task the score of a rank and the largest score. Ranks are found by magnitude, so positive scores and negative ones are looked at apart: series
/// t holds the scores of one sign of task t, and zero for the others.
/// </summary>
/// <param name="competition">Gives the scores.</param>
/// <param name="total">The number of elements.</param>
/// <param name="rank">The rank, from 1.</param>
/// <param name="tasks">The number of tasks.</param>
/// <param name="isNegative">Whether the negative scores are looked at; their ranks count from the other end.</param>
internal sealed class ScoreSelection(ParameterCompetition competition, long total, long rank, int tasks, bool isNegative)
    : SelectionStatistic(total, Enumerable.Range(0, tasks).SelectMany(task => isNegative ? [(task, total - rank + 1), (task, total)] : new[] { (task, rank), (task, 1L) }), keepsTies: true)
{
    /// <summary>The score of the rank where it has the sign looked at; 0 where it has not.</summary>
    public double Threshold(int task) => ValueOf(Cut(2 * task));

    /// <summary>The largest score where it has the sign looked at; 0 where it has not.</summary>
    public double Largest(int task) => ValueOf(Cut((2 * task) + 1));

    protected override ReadOnlySpan<double> Values(MergeBlock block, int series, Span<double> buffer)
    {
        competition.Score(block, series, buffer);
        KeepSign(buffer);
        return buffer;
    }

    // The magnitudes of one sign.
    private void KeepSign(Span<double> scores)
    {
        Vector<double> sign = isNegative ? -Vector<double>.One : Vector<double>.One;
        int index = 0;
        for (; index <= scores.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector.Max(new Vector<double>(scores[index..]) * sign, Vector<double>.Zero).CopyTo(scores[index..]);
        }

        for (; index < scores.Length; index++)
        {
            scores[index] = isNegative ? Math.Max(-scores[index], 0) : Math.Max(scores[index], 0);
        }
    }

    private double ValueOf(MagnitudeCut cut)
    {
        double magnitude = BitConverter.Int64BitsToDouble(cut.Pattern);
        return isNegative ? -magnitude : magnitude;
    }
}
