using TaskVectors.Models.Autograd;
using TaskVectors.Models.Tests.Autograd;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>Operations as their formulas read, in F64.</summary>
internal static class References
{
    public static double Activate(Activation activation, double x) => activation switch
    {
        Activation.GeluExact => x / 2 * (1 + VectorMathTests.ErrorFunction(x / Math.Sqrt(2))),
        Activation.GeluTanh => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        Activation.GeluQuick => x / (1 + Math.Exp(-1.702 * x)),
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.Relu => Math.Max(x, 0),
        Activation.Tanh => Math.Tanh(x),
        Activation.Sigmoid => 1 / (1 + Math.Exp(-x)),
        Activation.Exp => Math.Exp(x),
        Activation.Log => Math.Log(x),
        Activation.SquareRoot => Math.Sqrt(x),
        _ => x,
    };

    public static double[] Linear(double[] x, double[] weight, double[] bias, double[]? residual, int inputs, Activation activation, bool weightIsTransposed)
    {
        int outputs = weight.Length / inputs;
        double[] y = new double[x.Length / inputs * outputs];
        for (int i = 0; i < y.Length; i++)
        {
            (int row, int column) = (i / outputs, i % outputs);
            double sum = bias[column];
            for (int j = 0; j < inputs; j++)
            {
                sum += x[(row * inputs) + j] * (weightIsTransposed ? weight[(j * outputs) + column] : weight[(column * inputs) + j]);
            }

            y[i] = Activate(activation, sum) + (residual?[i] ?? 0);
        }

        return y;
    }

    public static double[] Norm(double[] x, double[] weight, double[]? bias, double epsilon)
    {
        int width = weight.Length;
        double[] y = new double[x.Length];
        for (int start = 0; start < x.Length; start += width)
        {
            double[] row = x[start..(start + width)];
            double mean = bias is null ? 0 : row.Average();
            double scale = 1 / Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + epsilon);
            for (int i = 0; i < width; i++)
            {
                y[start + i] = ((row[i] - mean) * scale * weight[i]) + (bias?[i] ?? 0);
            }
        }

        return y;
    }

    public static double[] Softmax(double[] x, int width, bool isLogarithm)
    {
        double[] y = new double[x.Length];
        for (int start = 0; start < x.Length; start += width)
        {
            double[] row = x[start..(start + width)];
            double largest = row.Max();
            double sum = largest + Math.Log(row.Sum(value => Math.Exp(value - largest)));
            for (int i = 0; i < width; i++)
            {
                y[start + i] = isLogarithm ? row[i] - sum : Math.Exp(row[i] - sum);
            }
        }

        return y;
    }

    public static double[] Attention(double[] q, double[] k, double[] v, AttentionShape shape, Func<int, int, int, bool> sees, double[]? bias = null)
    {
        double[] output = new double[shape.Batch * shape.Queries * shape.Heads * shape.Size];
        for (int batch = 0; batch < shape.Batch; batch++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                for (int query = 0; query < shape.Queries; query++)
                {
                    int keyHead = head / (shape.Heads / shape.KeyHeads);
                    double[] shares = new double[shape.Keys];
                    for (int key = 0; key < shape.Keys; key++)
                    {
                        double score = bias is null ? 0 : bias[(((head * shape.Queries) + query) * shape.Keys) + key];
                        for (int i = 0; i < shape.Size; i++)
                        {
                            score += shape.Scale * q[shape.Query(batch, query, head, i)] * k[shape.Key(batch, key, keyHead, i)];
                        }

                        shares[key] = sees(batch, query, key) ? Math.Exp(score) : 0;
                    }

                    double sum = shares.Sum();
                    for (int i = 0; i < shape.Size; i++)
                    {
                        output[shape.Query(batch, query, head, i)] = Enumerable.Range(0, shape.Keys).Sum(key => shares[key] / sum * v[shape.Key(batch, key, keyHead, i)]);
                    }
                }
            }
        }

        return output;
    }

    /// <summary>Square images and kernels, one image: each output is a sum over channels and the kernel.</summary>
    public static double[] Convolve(double[] x, double[] weight, int channels, int outputs, int side, int kernel, int stride, int padding)
    {
        int places = ((side + (2 * padding) - kernel) / stride) + 1;
        double[] y = new double[outputs * places * places];
        for (int i = 0; i < y.Length; i++)
        {
            (int output, int row, int column) = (i / (places * places), i / places % places, i % places);
            for (int j = 0; j < channels * kernel * kernel; j++)
            {
                int sourceRow = (row * stride) - padding + (j / kernel % kernel);
                int sourceColumn = (column * stride) - padding + (j % kernel);
                if ((uint)sourceRow < (uint)side && (uint)sourceColumn < (uint)side)
                {
                    y[i] += x[(((j / (kernel * kernel) * side) + sourceRow) * side) + sourceColumn] * weight[(output * channels * kernel * kernel) + j];
                }
            }
        }

        return y;
    }

    /// <summary>The adjoint of <see cref="Convolve"/>: each element spreads a kernel; the weight is [channels, outputs, kernel, kernel].</summary>
    public static double[] Spread(double[] x, double[] weight, int channels, int outputs, int side, int kernel, int stride, int padding)
    {
        int places = ((side - 1) * stride) - (2 * padding) + kernel;
        double[] y = new double[outputs * places * places];
        for (int i = 0; i < x.Length; i++)
        {
            (int channel, int row, int column) = (i / (side * side), i / side % side, i % side);
            for (int j = 0; j < outputs * kernel * kernel; j++)
            {
                int targetRow = (row * stride) - padding + (j / kernel % kernel);
                int targetColumn = (column * stride) - padding + (j % kernel);
                if ((uint)targetRow < (uint)places && (uint)targetColumn < (uint)places)
                {
                    y[(((j / (kernel * kernel) * places) + targetRow) * places) + targetColumn] += x[i] * weight[(channel * outputs * kernel * kernel) + j];
                }
            }
        }

        return y;
    }
}
