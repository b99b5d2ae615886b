using TaskVectors.Models.Evaluation;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>
/// What the scores of an example are differentiated along so that squared derivatives add up to its Fisher information. The derivative of log p(y) by the scores
/// is e_y - p, so that the expectation over y is the sum over the columns of any L with L L^T = diag(p) - p p^T.
/// </summary>
internal static class ScoreDirections
{
    /// <summary>
    /// The columns of the Cholesky factor of the covariance of one draw, one less than there are classes (Tanabe and Sagae, "An exact Cholesky decomposition and
    /// the generalized inverse of the variance-covariance matrix of the multinomial distribution, with applications", J. R. Stat. Soc. B 54, 1992): column k has
    /// sqrt(p_k q_k / (p_k + q_k)) at k and -p_i sqrt(p_k / ((p_k + q_k) q_k)) at every later i, with q_k the sum of all later p_i. Classes are taken in the
    /// order of their probabilities, so that no q_k is small.
    /// </summary>
    /// <param name="scores">The scores of the classes of one prediction.</param>
    public static IReadOnlyList<float[]> Expected(ReadOnlySpan<float> scores)
    {
        double[] probabilities = Probabilities(scores);
        int[] order = [.. Enumerable.Range(0, probabilities.Length).OrderBy(index => probabilities[index])];
        double[] later = new double[order.Length];
        for (int place = order.Length - 2; place >= 0; place--)
        {
            later[place] = later[place + 1] + probabilities[order[place + 1]];
        }

        var columns = new List<float[]>();
        for (int place = 0; place < order.Length - 1; place++)
        {
            double own = probabilities[order[place]];
            if (own == 0)
            {
                continue;
            }

            float[] column = new float[order.Length];
            column[order[place]] = (float)Math.Sqrt(own * later[place] / (own + later[place]));
            double factor = Math.Sqrt(own / ((own + later[place]) * later[place]));
            for (int other = place + 1; other < order.Length; other++)
            {
                column[order[other]] = (float)(-probabilities[order[other]] * factor);
            }

            columns.Add(column);
        }

        return columns;
    }

    /// <summary>e_y - p for each prediction, y given.</summary>
    /// <param name="scores">The scores, prediction by prediction.</param>
    /// <param name="labels">The class of each prediction.</param>
    public static float[] Of(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        int classes = scores.Length / labels.Length;
        float[] direction = new float[scores.Length];
        for (int row = 0; row < labels.Length; row++)
        {
            double[] probabilities = Probabilities(scores.Slice(row * classes, classes));
            for (int index = 0; index < classes; index++)
            {
                direction[(row * classes) + index] = (float)((index == labels[row] ? 1 : 0) - probabilities[index]);
            }
        }

        return direction;
    }

    /// <summary>A class for each prediction, drawn by its probability.</summary>
    /// <param name="scores">The scores, prediction by prediction.</param>
    /// <param name="predictions">The number of predictions.</param>
    /// <param name="key">The stream of random numbers.</param>
    /// <param name="first">The index in the stream of the first prediction.</param>
    public static int[] Draw(ReadOnlySpan<float> scores, int predictions, PhiloxKey key, long first)
    {
        int classes = scores.Length / predictions;
        int[] labels = new int[predictions];
        for (int row = 0; row < predictions; row++)
        {
            double[] probabilities = Probabilities(scores.Slice(row * classes, classes));
            double rest = Philox4x32.Uniform(key, first + row);
            int label = 0;
            while (label < classes - 1 && rest >= probabilities[label])
            {
                rest -= probabilities[label++];
            }

            labels[row] = label;
        }

        return labels;
    }

    private static double[] Probabilities(ReadOnlySpan<float> scores)
    {
        (_, double logSum) = ClassScores.Judge(scores);
        double[] probabilities = new double[scores.Length];
        double sum = 0;
        for (int index = 0; index < scores.Length; index++)
        {
            probabilities[index] = Math.Exp(scores[index] - logSum);
            sum += probabilities[index];
        }

        for (int index = 0; index < probabilities.Length; index++)
        {
            probabilities[index] /= sum;
        }

        return probabilities;
    }
}
