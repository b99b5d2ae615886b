namespace TaskVectors.Tests;

/// <summary>The comparison with reference numbers of merges: max|got - wanted| of a tensor against max|wanted|; where all wanted are zero, against 1.</summary>
internal static class Agreement
{
    /// <summary>Demands it.</summary>
    /// <param name="tensor">The tensor's name, for the message.</param>
    /// <param name="wanted">The reference.</param>
    /// <param name="got">What is compared with it.</param>
    /// <param name="tolerance">How large the relation may be.</param>
    /// <param name="leftOut">Not zero for elements that are not compared; <see langword="null"/> for none.</param>
    public static void Require(string tensor, double[] wanted, double[] got, double tolerance, byte[]? leftOut = null)
    {
        Assert.Equal(wanted.Length, got.Length);
        double largest = wanted.Select(Math.Abs).DefaultIfEmpty(0).Max();
        double allowed = tolerance * (largest > 0 ? largest : 1);
        for (int index = 0; index < wanted.Length; index++)
        {
            double difference = Math.Abs(wanted[index] - got[index]);
            Assert.True(
                (leftOut is not null && leftOut[index] != 0) || difference <= allowed,
                $"{tensor}[{index}]: {got[index]:R} instead of {wanted[index]:R}, off by {difference:G3} of {largest:G3}");
        }
    }
}
