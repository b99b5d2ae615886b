using TaskVectors.Merging.Products;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Tests.Merging;

public class BlockMathTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(24)]
    [InlineData(1000)]
    [InlineData(1024)]
    public void Sums_of_magnitudes_and_products_are_those_of_a_loop(int count)
    {
        // Multiples of 1/8 sum exactly.
        double[] left = [.. Enumerable.Range(0, count).Select(index => ((index * 37 % 101) - 50) / 8.0)];
        double[] right = [.. Enumerable.Range(0, count).Select(index => ((index * 53 % 97) - 40) / 8.0)];
        Assert.Equal(left.Sum(Math.Abs), BlockMath.AbsoluteSum(left));
        Assert.Equal(left.Zip(right, (a, b) => a * b).Sum(), BlockMath.Dot(left, right));
        (double[] squares, double[] products, double[] otherSquares) = ([.. left], [.. right], [.. left]);
        PairProducts.Add<double>(left, right, squares, products, otherSquares);
        Assert.Equal(left.Select(a => a + (a * a)), squares);
        Assert.Equal(left.Zip(right, (a, b) => b + (a * b)), products);
        Assert.Equal(left.Zip(right, (a, b) => a + (b * b)), otherSquares);
    }
}
