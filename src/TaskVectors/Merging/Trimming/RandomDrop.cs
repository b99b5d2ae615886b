using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TaskVectors.Merging.Selection;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// Drops elements at random: each is kept with the density of its model, independently. What is kept is divided by the density, or left as it is.
/// Source: Yu et al., "Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch", ICML 2024, section 3.
/// </summary>
/// <param name="densities">The probability for each model that an element is kept.</param>
/// <param name="divides">Whether what is kept is divided by the density.</param>
/// <param name="draws">What draws the elements.</param>
internal sealed class RandomDrop(double[] densities, bool divides, IKeepDraws draws) : Trim
{
    public override bool IsCostly => true;

    public override double FactorOf(int model) => divides && densities[model] < 1 ? 1 / densities[model] : 1;

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        double density = densities[model];
        if (density >= 1)
        {
            return;
        }

        draws.Apply(block, model, density, divides ? T.CreateTruncating(FactorOf(model)) : T.One);
    }

    /// <summary>Keeps an element where its 32 random bits, as a fraction of 2^32, are below the density.</summary>
    public static void Drop<T>(Span<T> values, long first, PhiloxKey key, double density, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long limit = (long)Math.Ceiling(density * (1L << 32));
        int aligned = (int)(-first & 3);
        int index = DropScalar(values, first, key, limit, factor, 0, Math.Min(aligned, values.Length));
        if (Avx2.IsSupported && typeof(T) == typeof(double))
        {
            index = DropWide(MemoryMarshal.Cast<T, double>(values), first, key, limit, double.CreateTruncating(factor), index);
        }
        else if (Avx2.IsSupported && typeof(T) == typeof(float))
        {
            index = DropWide(MemoryMarshal.Cast<T, float>(values), first, key, limit, float.CreateTruncating(factor), index);
        }

        _ = DropScalar(values, first, key, limit, factor, index, values.Length);
    }

    /// <summary>The same for some elements, one by one; returns the end.</summary>
    public static int DropScalar<T>(Span<T> values, long first, PhiloxKey key, long limit, T factor, int from, int to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < to; index++)
        {
            values[index] = Philox4x32.Word(key, first + index) < limit ? values[index] * factor : T.Zero;
        }

        return to;
    }

    private static int DropWide(Span<double> values, long first, PhiloxKey key, long limit, double factor, int from)
    {
        int index = from;
        Vector256<long> bound = Vector256.Create(limit);
        Vector256<double> scale = Vector256.Create(factor);
        for (; index <= values.Length - 16; index += 16)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Philox4x32.Words16(key, first + index);
            Keep(values.Slice(index, 4), lower.GetLower(), bound, scale);
            Keep(values.Slice(index + 4, 4), lower.GetUpper(), bound, scale);
            Keep(values.Slice(index + 8, 4), upper.GetLower(), bound, scale);
            Keep(values.Slice(index + 12, 4), upper.GetUpper(), bound, scale);
        }

        return index;
    }

    // The limit may be 2^32, which no word reaches: what is compared is the largest word kept.
    private static int DropWide(Span<float> values, long first, PhiloxKey key, long limit, float factor, int from)
    {
        if (limit == 0)
        {
            return from;
        }

        int index = from;
        Vector256<uint> largest = Vector256.Create((uint)(limit - 1));
        Vector256<float> scale = Vector256.Create(factor);
        for (; index <= values.Length - 16; index += 16)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Philox4x32.Words16(key, first + index);
            Keep(values.Slice(index, 8), lower, largest, scale);
            Keep(values.Slice(index + 8, 8), upper, largest, scale);
        }

        return index;
    }

    private static void Keep(Span<float> values, Vector256<uint> words, Vector256<uint> largest, Vector256<float> scale)
    {
        Vector256<uint> kept = Vector256.Equals(Vector256.Min(words, largest), words);
        Vector256<float> value = Vector256.Create<float>(values) * scale;
        (value.AsUInt32() & kept).AsSingle().CopyTo(values);
    }

    private static void Keep(Span<double> values, Vector128<uint> words, Vector256<long> bound, Vector256<double> scale)
    {
        Vector256<double> kept = Vector256.GreaterThan(bound, Avx2.ConvertToVector256Int64(words)).AsDouble();
        Vector256<double> value = Vector256.Create<double>(values) * scale;
        (value.AsInt64() & kept.AsInt64()).AsDouble().CopyTo(values);
    }
}
