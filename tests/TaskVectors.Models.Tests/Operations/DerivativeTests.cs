using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>Operations on sizes that no vector width divides, against F64 formulas and their central differences; see <see cref="DerivativeCheck"/>.</summary>
public sealed class DerivativeTests
{
    public static TheoryData<Activation> Activations => [.. Enum.GetValues<Activation>()];

    [Theory]
    [MemberData(nameof(Activations))]
    public void Activations_have_the_slopes_of_their_formulas(Activation activation) => DerivativeCheck.Run(
        [[3, 37]],
        inputs => inputs[0].Activate(activation),
        point => Array.ConvertAll(point[0], value => References.Activate(activation, value)),
        offset: activation is Activation.Log or Activation.SquareRoot ? 1.5 : 0);

    [Theory]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.GeluTanh)]
    public void Gates_have_the_slopes_of_their_formulas(Activation activation) => DerivativeCheck.Run(
        [[5, 333], [5, 333]],
        inputs => inputs[0].Gate(inputs[1], activation),
        point => [.. point[0].Zip(point[1], (gate, up) => References.Activate(activation, gate) * up)]);

    [Theory]
    [InlineData(1, 37, 19, Activation.None, false, false)]
    [InlineData(4, 37, 19, Activation.GeluExact, false, false)]
    [InlineData(3, 37, 19, Activation.None, true, false)]
    [InlineData(53, 37, 19, Activation.GeluTanh, false, false)]
    [InlineData(53, 37, 119, Activation.None, true, false)]
    [InlineData(150, 33, 29, Activation.None, true, true)]
    [InlineData(2, 33, 29, Activation.Silu, false, true)]
    public void Linear_maps_have_the_slopes_of_their_formula(int rows, int inputs, int outputs, Activation activation, bool hasResidual, bool isTransposed) => DerivativeCheck.Run(
        [[rows, inputs], isTransposed ? [inputs, outputs] : [outputs, inputs], [outputs], .. hasResidual ? new long[][] { [rows, outputs] } : []],
        x => isTransposed
            ? x[0].LinearInOut(x[1], x[2], activation, hasResidual ? x[3] : null)
            : x[0].Linear(x[1], x[2], activation, hasResidual ? x[3] : null),
        x => References.Linear(x[0], x[1], x[2], hasResidual ? x[3] : null, inputs, activation, isTransposed));

    [Theory]
    [InlineData(7)]
    [InlineData(37)]
    [InlineData(384)]
    public void Norms_have_the_slopes_of_their_formulas(int width)
    {
        DerivativeCheck.Run([[21, width], [width], [width]], x => x[0].LayerNorm(x[1], x[2], 1e-5f), x => References.Norm(x[0], x[1], x[2], 1e-5f));
        DerivativeCheck.Run([[21, width], [width]], x => x[0].RmsNorm(x[1], 1e-6f), x => References.Norm(x[0], x[1], null, 1e-6f));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    [InlineData(1031)]
    public void Softmax_and_its_logarithm_have_the_slopes_of_their_formulas(int width)
    {
        DerivativeCheck.Run([[9, width]], x => x[0].SoftmaxLast(), x => References.Softmax(x[0], width, isLogarithm: false));
        DerivativeCheck.Run([[9, width]], x => x[0].LogSoftmaxLast(), x => References.Softmax(x[0], width, isLogarithm: true));
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(300, 0)]
    [InlineData(1031, 0.1)]
    public void Cross_entropy_has_the_slopes_of_its_formula(int classes, double smoothing)
    {
        int[] targets = [1, 3, -100, 4, 0, 2, 2];
        DerivativeCheck.Run(
            [[7, classes]],
            x => x[0].CrossEntropy(new IndexTensor(targets, 7), smoothing: (float)smoothing),
            x =>
            {
                double[] logs = References.Softmax(x[0], classes, isLogarithm: true);
                IEnumerable<double> losses = targets.Select((target, row) => target < 0
                    ? 0
                    : -((1 - smoothing) * logs[(row * classes) + target]) - (smoothing * logs[(row * classes)..((row + 1) * classes)].Average()));
                return [losses.Sum() / targets.Count(target => target >= 0)];
            });
    }

    [Theory]
    [InlineData(9, 9, 4, 2, 12, false, 0)]
    [InlineData(70, 70, 2, 1, 8, true, 0)]
    [InlineData(70, 70, 2, 2, 8, true, 11)]
    [InlineData(5, 33, 2, 2, 9, true, 0)]
    [InlineData(1, 20, 4, 2, 8, true, 7)]
    [InlineData(11, 23, 3, 3, 8, false, 0)]
    public void Attention_has_the_slopes_of_its_formula(int queries, int keys, int heads, int keyHeads, int size, bool isCausal, int window)
    {
        AttentionShape shape = new(2, queries, keys, heads, keyHeads, size);
        int[] mask = [.. Enumerable.Range(0, 2 * keys).Select(i => i % 7 == 3 ? 0 : 1)];
        AttentionOptions options = new() { IsCausal = isCausal, Window = window, KeyMask = new IndexTensor(mask, 2, keys) };
        DerivativeCheck.Run(
            [[2, queries, heads * size], [2, keys, keyHeads * size], [2, keys, keyHeads * size]],
            x => AttentionOperations.Attend(new Heads(x[0], heads, size), new Heads(x[1], keyHeads, size), new Heads(x[2], keyHeads, size), options),
            x => References.Attention(x[0], x[1], x[2], shape, (batch, query, key) =>
            {
                int distance = query + keys - queries - key;
                return mask[(batch * keys) + key] != 0 && (!isCausal || (distance >= 0 && (window == 0 || distance < window)));
            }));
    }

    [Fact]
    public void Attention_in_several_blocks_of_queries_is_that_of_one()
    {
        // 700 keys allow blocks of 93 queries.
        AttentionShape shape = new(1, 300, 700, 2, 1, 8);
        DerivativeCheck.Run(
            [[1, 300, 16], [1, 700, 8], [1, 700, 8]],
            x => AttentionOperations.Attend(new Heads(x[0], 2, 8), new Heads(x[1], 1, 8), new Heads(x[2], 1, 8), new AttentionOptions { IsCausal = true }),
            x => References.Attention(x[0], x[1], x[2], shape, (_, query, key) => key <= query + 400));
    }

    [Fact]
    public void A_bias_that_the_batch_shares_collects_gradients_of_all_its_members()
    {
        AttentionShape shape = new(3, 6, 5, 2, 2, 8);
        DerivativeCheck.Run(
            [[3, 6, 16], [3, 5, 16], [3, 5, 16], [1, 2, 6, 5]],
            x => AttentionOperations.Attend(new Heads(x[0], 2, 8), new Heads(x[1], 2, 8), new Heads(x[2], 2, 8), new AttentionOptions { Bias = x[3] }),
            x => References.Attention(x[0], x[1], x[2], shape, (_, _, _) => true, x[3]));
    }

    [Fact]
    public void Heads_side_by_side_in_one_tensor_collect_their_gradients_there()
    {
        AttentionShape shape = new(2, 7, 7, 2, 2, 8);
        double[] Part(double[] packed, int part) => [.. Enumerable.Range(0, 14).SelectMany(row => packed[((row * 48) + (part * 16))..((row * 48) + ((part + 1) * 16))])];
        DerivativeCheck.Run(
            [[2, 7, 48]],
            x => AttentionOperations.Attend(new Heads(x[0], 2, 8), new Heads(x[0], 2, 8, 16), new Heads(x[0], 2, 8, 32), new AttentionOptions { IsCausal = true }),
            x => References.Attention(Part(x[0], 0), Part(x[0], 1), Part(x[0], 2), shape, (_, query, key) => key <= query));
    }

    [Fact]
    public void A_query_that_sees_no_key_gives_the_mean_of_all_values()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using TensorScope scope = context.BeginScope();
        Tensor x = context.Create([.. Enumerable.Range(0, 24).Select(i => (float)i)], 1, 3, 8);
        x.RequiresGradient = true;
        Heads heads = new(x, 1, 8);
        AttentionOptions options = new() { IsCausal = true, KeyMask = new IndexTensor([0, 0, 1], 1, 3) };

        Tensor y = AttentionOperations.Attend(heads, heads, heads, options);

        float[] mean = [.. Enumerable.Range(8, 8).Select(i => (float)i)];
        float[] last = [.. Enumerable.Range(16, 8).Select(i => (float)i)];
        Assert.Equal([.. mean, .. mean, .. last], y.ToArray().Select(value => MathF.Round(value, 4)));
        context.Backward(y.Sum());
        Assert.All(x.Gradient!.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Rotations_have_the_slopes_of_their_formula()
    {
        double[] frequencies = [1, 0.3, 0.05];
        int[] positions = [0, 1, 2, 9, 100, 4];
        DerivativeCheck.Run([[2, 3, 12]], x => x[0].Rotate(new IndexTensor(positions, 2, 3), frequencies), x =>
        {
            double[] y = new double[x[0].Length];
            for (int i = 0; i < y.Length; i++)
            {
                int pair = i % 6 % 3;
                double angle = positions[i / 12] * frequencies[pair];
                bool isFirst = i % 6 < 3;
                y[i] = isFirst ? (x[0][i] * Math.Cos(angle)) - (x[0][i + 3] * Math.Sin(angle)) : (x[0][i] * Math.Cos(angle)) + (x[0][i - 3] * Math.Sin(angle));
            }

            return y;
        });
    }

    [Fact]
    public void Products_of_batches_have_the_slopes_of_their_formula() => DerivativeCheck.Run(
        [[3, 5, 7], [3, 7, 4]],
        x => x[0].MatrixMultiply(x[1]),
        x => [.. Enumerable.Range(0, 60).Select(i => Enumerable.Range(0, 7).Sum(k => x[0][(i / 4 * 7) + k] * x[1][(((i / 20 * 7) + k) * 4) + (i % 4)]))]);

    [Fact]
    public void Masked_means_and_lengths_have_the_slopes_of_their_formulas()
    {
        int[] mask = [1, 0, 1, 1, 1, 0];
        DerivativeCheck.Run([[2, 3, 11]], x => x[0].MaskedMean(new IndexTensor(mask, 2, 3)), x =>
            [.. Enumerable.Range(0, 22).Select(i => Enumerable.Range(0, 3).Sum(j => mask[(i / 11 * 3) + j] * x[0][(((i / 11 * 3) + j) * 11) + (i % 11)]) / 2)]);
        DerivativeCheck.Run([[3, 11]], x => x[0].NormalizeLast(), x =>
            [.. x[0].Select((value, i) => value / Math.Sqrt(x[0][(i / 11 * 11)..((i / 11 * 11) + 11)].Sum(other => other * other)))]);
    }

    [Theory]
    [InlineData(3, 5, 11, 3, 2, 1)]
    [InlineData(2, 3, 9, 4, 1, 2)]
    [InlineData(16, 1, 190, 3, 1, 1)]
    public void Convolutions_have_the_slopes_of_their_formula_also_in_several_strips(int channels, int outputs, int side, int kernel, int stride, int padding)
    {
        // 16 channels of 190 x 190 places and a kernel of 3 x 3 make 5.2 million elements of patches, in two strips.
        ConvolutionOptions options = new() { Stride = (stride, stride), Padding = (padding, padding) };
        DerivativeCheck.Run(
            [[1, channels, side, side], [outputs, channels, kernel, kernel]],
            x => x[0].Convolve(x[1], null, options),
            x => References.Convolve(x[0], x[1], channels, outputs, side, kernel, stride, padding));
    }

    [Theory]
    [InlineData(3, 5, 7, 3, 2, 1)]
    [InlineData(2, 3, 9, 4, 1, 0)]
    [InlineData(1, 16, 190, 3, 1, 1)]
    public void Transposed_convolutions_have_the_slopes_of_their_formula_also_in_several_strips(
        int channels, int outputs, int side, int kernel, int stride, int padding)
    {
        ConvolutionOptions options = new() { Stride = (stride, stride), Padding = (padding, padding) };
        DerivativeCheck.Run(
            [[1, channels, side, side], [channels, outputs, kernel, kernel]],
            x => x[0].ConvolveTransposed(x[1], null, options),
            x => References.Spread(x[0], x[1], channels, outputs, side, kernel, stride, padding));
    }
}
