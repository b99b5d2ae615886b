using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

/// <summary>Element types and numbers that tests run over.</summary>
internal static class Samples
{
    internal static DType[] ArithmeticTypes { get; } = [.. DTypes.All.Where(dtype => dtype.IsArithmetic())];

    /// <summary>As xunit theory data.</summary>
    public static TheoryData<DType> Types(Func<DType, bool> condition) => [.. ArithmeticTypes.Where(condition)];

    /// <summary>Numbers of every kind: any bits, numbers near codes and ties of the type, and special values.</summary>
    internal static double[] Numbers(DType dtype, int count, int seed)
    {
        Random random = new(seed);
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = random.Next(8) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                1 => Special(random),
                2 => NearTie(dtype, random),
                3 => Value(dtype, random),
                4 => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-160, 20)),
                _ => random.NextDouble() - 0.5,
            };
        }

        return numbers;
    }

    /// <summary>The value of a random code, NaN included.</summary>
    internal static double Value(DType dtype, Random random)
    {
        byte[] code = new byte[Codes.Size(dtype)];
        random.NextBytes(code);
        double[] value = new double[1];
        TensorConverter.Decode(dtype, code, value);
        return value[0];
    }

    private static double NearTie(DType dtype, Random random)
    {
        double value = Value(dtype, random);
        byte[] code = new byte[Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, [value], code);
        Codes.Set(dtype, code, 0, Codes.Get(dtype, code, 0) + 1);
        double[] next = new double[1];
        TensorConverter.Decode(dtype, code, next);
        double tie = (value / 2) + (next[0] / 2);
        return random.Next(3) switch
        {
            0 => tie,
            1 => Math.BitIncrement(tie),
            _ => Math.BitDecrement(tie),
        };
    }

    private static double Special(Random random) => random.Next(9) switch
    {
        0 => 0.0,
        1 => -0.0,
        2 => double.PositiveInfinity,
        3 => double.NegativeInfinity,
        4 => double.NaN,
        5 => BitConverter.UInt64BitsToDouble(0x7FF4_5678_9ABC_DEF0),
        6 => double.Epsilon,
        7 => double.MaxValue,
        _ => -double.MaxValue,
    };
}
