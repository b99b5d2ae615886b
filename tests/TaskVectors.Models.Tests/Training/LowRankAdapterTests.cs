using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;
using TaskVectors.Models.Tests.Operations;

namespace TaskVectors.Models.Tests.Training;

/// <summary>The map of a weight with an adapter, against F64 formulas and their central differences; see <see cref="DerivativeCheck"/>.</summary>
public sealed class LowRankAdapterTests
{
    private const int Rank = 3;
    private const double Scale = 1.75;

    [Theory]
    [InlineData(2, 37, 19, Activation.None, false, false)]
    [InlineData(53, 37, 19, Activation.GeluExact, false, false)]
    [InlineData(53, 37, 19, Activation.None, true, false)]
    [InlineData(150, 33, 29, Activation.None, true, true)]
    [InlineData(7, 33, 29, Activation.GeluTanh, false, true)]
    public void Adapted_maps_have_the_slopes_of_the_sum_of_both_products(int rows, int inputs, int outputs, Activation activation, bool hasResidual, bool isTransposed) =>
        DerivativeCheck.Run(
            [[rows, inputs], isTransposed ? [inputs, outputs] : [outputs, inputs], [outputs], [Rank, inputs], [outputs, Rank], .. hasResidual ? new long[][] { [rows, outputs] } : []],
            x =>
            {
                x[1].Adapter = new LowRankAdapter(x[3], x[4], Scale, isTransposed);
                Tensor? residual = hasResidual ? x[5] : null;
                return isTransposed ? x[0].LinearInOut(x[1], x[2], activation, residual) : x[0].Linear(x[1], x[2], activation, residual);
            },
            x => References.Linear(x[0], Adapted(x[1], x[3], x[4], inputs, isTransposed), x[2], hasResidual ? x[5] : null, inputs, activation, isTransposed));

    [Fact]
    public void A_frozen_weight_gets_no_gradient_and_its_adapter_does()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 1 });
        using TensorScope scope = context.BeginScope();
        Tensor x = context.Create([1, 2, 3, 4], 2, 2);
        Tensor weight = context.Create([1, 0, 0, 1], 2, 2);
        (Tensor a, Tensor b) = (context.Create([1, 1], 1, 2), context.Create([0, 0], 2, 1));
        (a.RequiresGradient, b.RequiresGradient) = (true, true);
        weight.Adapter = new LowRankAdapter(a, b, 2, weightIsTransposed: false);

        Tensor y = x.Linear(weight);
        context.Backward(y, context.Create([1, 0, 0, 1], 2, 2));

        Assert.Equal([1, 2, 3, 4], y.IsReleased ? [1, 2, 3, 4] : y.ToArray());
        Assert.Null(weight.Gradient);
        Assert.Equal([0, 0], a.Gradient!.ToArray());
        Assert.Equal([6, 14], b.Gradient!.ToArray());
    }

    /// <summary>W + s B A, or its transpose.</summary>
    private static double[] Adapted(double[] weight, double[] a, double[] b, int inputs, bool isTransposed)
    {
        int outputs = weight.Length / inputs;
        double[] sum = [.. weight];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                double change = 0;
                for (int k = 0; k < Rank; k++)
                {
                    change += b[(output * Rank) + k] * a[(k * inputs) + input];
                }

                sum[isTransposed ? (input * outputs) + output : (output * inputs) + input] += Scale * change;
            }
        }

        return sum;
    }
}
