using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Competition;

/// <summary>
/// Tells by a score in F32 on which side of a window of scores most elements lie, eight at a time, so that exact scores need to be found only of those it finds. A rough score is wrong by
/// less than <see cref="Error"/> of its exact one: exp comes from a cubic, tanh from a fraction or, where small, from two terms of its series.
/// </summary>
internal sealed class ScoreFilter
{
    /// <summary>The largest relative error of a rough score that is not tiny: 1.1e-3 of tanh, 8e-5 of exp and 2.5e-4 of its argument.</summary>
    public const double Error = 1.0 / 512;

    /// <summary>Values above it are scored exactly, so that a product of two does not lose its last bits unless it is tiny.</summary>
    public const double LargestValue = 1 << 20;

    // Beyond these the argument of exp would have too large an error.
    private const int MostTasks = 16;
    private const double LargestLevel = 32;
    private const double SmallestWidth = 1e-30;

    // Rough scores are right where products of a value and a sum of values are at least 2^-96; e^16 times that is less than this.
    private const double SmallestScore = 1e-20;

    // 2^f on 0 to 1, relative error 7.5e-5.
    private const float Power0 = 0.99992517f;
    private const float Power1 = 0.69583374f;
    private const float Power2 = 0.22606721f;
    private const float Power3 = 0.07802419f;
    private const int SingleFractionBits = 23;

    // tanh(x) = x (945 + 105 x^2 + x^4) / (945 + 420 x^2 + 15 x^4), and about 1 from 3.5 on; x - x^3 / 3 where x^2 is small.
    private const float LargestTangent = 3.5f;
    private const float SmallSquare = 1f / 16;

    private static readonly byte[] Places = PlacesOfBits();

    private readonly float _low;
    private readonly float _high;
    private readonly float _inverseWidth;
    private readonly float _factor;
    private readonly float _least;
    private readonly float _most;

    private ScoreFilter(MagnitudeRange range, int tasks, double least, double most)
    {
        (_low, _high) = ((float)range.Low, (float)range.High);
        _inverseWidth = (float)(1 / (range.High - range.Low));
        _factor = (float)(tasks * Math.Log2(Math.E));
        _least = MathF.BitDecrement((float)(least * (1 - Error)));
        _most = MathF.BitIncrement((float)(most * (1 + Error)));
    }

    /// <summary>The filter for a window of scores of a task; <see langword="null"/> where scores in F32 would not do.</summary>
    /// <param name="range">The clamped magnitudes of the task.</param>
    /// <param name="tasks">The number of tasks.</param>
    /// <param name="least">The least score of the window.</param>
    /// <param name="most">The largest score of the window.</param>
    public static ScoreFilter? For(MagnitudeRange range, int tasks, double least, double most)
    {
        double width = range.High - range.Low;
        bool isPrecise = tasks <= MostTasks && width >= SmallestWidth && range.High <= LargestLevel * width && range.High <= LargestValue;
        return isPrecise && least >= SmallestScore ? new ScoreFilter(range, tasks, least, most) : null;
    }

    /// <summary>Brings what elements compete with to F32.</summary>
    /// <returns>Whether all is small enough for a filter, or NaN.</returns>
    public static bool Narrow(ReadOnlySpan<double> opponents, Span<float> rough)
    {
        Vector<float> tops = Vector<float>.Zero;
        int index = 0;
        for (; index <= opponents.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            Vector<float> narrow = Vector.Narrow(new Vector<double>(opponents[index..]), new Vector<double>(opponents[(index + Vector<double>.Count)..]));
            tops = Vector.MaxNative(Vector.Abs(narrow), tops);
            narrow.CopyTo(rough[index..]);
        }

        float top = 0;
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            top = Math.Max(top, tops[lane]);
        }

        for (; index < opponents.Length; index++)
        {
            rough[index] = (float)opponents[index];
            top = MathF.Abs(rough[index]) > top ? MathF.Abs(rough[index]) : top;
        }

        return top <= MostTasks * LargestValue;
    }

    /// <summary>Finds the elements whose score may lie in the window, and counts those above it.</summary>
    /// <param name="values">The values of the task.</param>
    /// <param name="opponents">What they compete with, up to sixteen times <see cref="LargestValue"/>.</param>
    /// <param name="places">Receives the positions of what is found, in order; eight longer than the values.</param>
    /// <param name="above">Is increased by the number of scores above.</param>
    /// <param name="top">Is raised to the largest rough score.</param>
    /// <returns>How many are found; -1 where a value is too large for a filter, and all must be scored.</returns>
    public int Find(ReadOnlySpan<double> values, ReadOnlySpan<float> opponents, Span<int> places, ref long above, ref float top)
    {
        int count = 0;
        long larger = 0;
        float highest = top;
        float largest = 0;
        int done = Vector256.IsHardwareAccelerated ? FindVectors(values, opponents, places, ref count, ref larger, ref highest, ref largest) : 0;
        count = FindScalar(values, opponents, done, places, count, ref larger, ref highest, ref largest);
        if (largest > LargestValue)
        {
            return -1;
        }

        above += larger;
        top = highest;
        return count;
    }

    /// <summary>The same from a position on, one by one.</summary>
    public int FindScalar(
        ReadOnlySpan<double> values, ReadOnlySpan<float> opponents, int from, Span<int> places, int count, ref long above, ref float top, ref float largest)
    {
        for (int index = from; index < values.Length; index++)
        {
            largest = Math.Abs((float)values[index]) > largest ? Math.Abs((float)values[index]) : largest;
            float score = Rough(values[index], opponents[index]);
            top = score > top ? score : top;
            above += score > _most ? 1 : 0;
            if (!(score < _least) && !(score > _most))
            {
                places[count++] = index;
            }
        }

        return count;
    }

    /// <summary>A rough score.</summary>
    public float Rough(double value, float opponent)
    {
        float own = (float)value;
        float normal = (MathF.Min(MathF.Max(MathF.Abs(own), _low), _high) - _low) * _inverseWidth;
        normal = float.IsNaN(own) ? 0 : normal;
        float exponent = normal * normal * _factor;
        int whole = (int)exponent;
        float rest = exponent - whole;
        float power = MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(Power3, rest, Power2), rest, Power1), rest, Power0);
        power = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(power) + (whole << SingleFractionBits));
        float product = own * opponent;
        float clamped = product > LargestTangent ? LargestTangent : product;
        float square = clamped * clamped;
        float tangent = square > SmallSquare
            ? clamped * MathF.FusedMultiplyAdd(square + 105, square, 945) / MathF.FusedMultiplyAdd(MathF.FusedMultiplyAdd(square, 15, 420), square, 945)
            : MathF.FusedMultiplyAdd(clamped * square, -1f / 3, clamped);
        return power * tangent;
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindVectors(
        ReadOnlySpan<double> values, ReadOnlySpan<float> opponents, Span<int> places, ref int count, ref long above, ref float top, ref float largest)
    {
        ref double value = ref MemoryMarshal.GetReference(values);
        ref float opponent = ref MemoryMarshal.GetReference(opponents);
        ref int place = ref MemoryMarshal.GetReference(places);
        ref byte table = ref MemoryMarshal.GetArrayDataReference(Places);
        Vector256<float> low = Vector256.Create(_low);
        Vector256<float> high = Vector256.Create(_high);
        Vector256<float> inverse = Vector256.Create(_inverseWidth);
        Vector256<float> factor = Vector256.Create(_factor);
        Vector256<float> least = Vector256.Create(_least);
        Vector256<float> most = Vector256.Create(_most);
        Vector256<float> tops = Vector256.Create(top);
        Vector256<float> magnitudes = Vector256<float>.Zero;
        Vector256<int> larger = Vector256<int>.Zero;
        int found = 0;
        int whole = values.Length - (values.Length % Vector256<float>.Count);
        for (int index = 0; index < whole; index += Vector256<float>.Count)
        {
            Vector256<float> own = LoadNarrow(ref value, index);
            Vector256<float> magnitude = Vector256.Abs(own);
            magnitudes = Vector256.MaxNative(magnitude, magnitudes);
            Vector256<float> normal = (Vector256.MinNative(Vector256.MaxNative(magnitude, low), high) - low) * inverse;
            Vector256<float> score = PowerOfTwo(normal * normal * factor) * Tangent(own * Vector256.LoadUnsafe(ref opponent, (nuint)index));
            tops = Vector256.MaxNative(score, tops);
            Vector256<int> isAbove = Vector256.GreaterThan(score, most).AsInt32();
            larger -= isAbove;
            uint within = ~(Vector256.LessThan(score, least).AsInt32() | isAbove).ExtractMostSignificantBits() & byte.MaxValue;

            // All eight are written, those found first; what follows overwrites the others.
            Vector128<byte> lanes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref table, within * 8))).AsByte();
            (Vector256.Create(index) + Widen(lanes)).StoreUnsafe(ref place, (nuint)found);
            found += BitOperations.PopCount(within);
        }

        count = found;
        above += Vector256.Sum(larger);
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
        {
            top = tops[lane] > top ? tops[lane] : top;
            largest = Math.Max(largest, magnitudes[lane]);
        }

        return whole;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LoadNarrow(ref double source, int index) =>
        Vector256.Narrow(Vector256.LoadUnsafe(ref source, (nuint)index), Vector256.LoadUnsafe(ref source, (nuint)index + (nuint)Vector256<double>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(Vector128<byte> bytes)
    {
        Vector128<ushort> shorts = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32();
    }

    // Of numbers from 0 to 24.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<float> exponent)
    {
        Vector256<int> whole = Vector256.ConvertToInt32Native(exponent);
        Vector256<float> rest = exponent - Vector256.ConvertToSingle(whole);
        Vector256<float> power = Vector256.FusedMultiplyAdd(Vector256.Create(Power3), rest, Vector256.Create(Power2));
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(Power1));
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(Power0));
        return (power.AsInt32() + (whole << SingleFractionBits)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Tangent(Vector256<float> numbers)
    {
        Vector256<float> clamped = Vector256.MinNative(Vector256.Create(LargestTangent), numbers);
        Vector256<float> square = clamped * clamped;
        Vector256<float> tangent = Vector256.FusedMultiplyAdd(clamped * square, Vector256.Create(-1f / 3), clamped);
        Vector256<float> isLarge = Vector256.GreaterThan(square, Vector256.Create(SmallSquare));
        if (isLarge == Vector256<float>.Zero)
        {
            return tangent;
        }

        Vector256<float> upper = clamped * Vector256.FusedMultiplyAdd(square + Vector256.Create(105f), square, Vector256.Create(945f));
        Vector256<float> lower = Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(square, Vector256.Create(15f), Vector256.Create(420f)), square, Vector256.Create(945f));
        return Vector256.ConditionalSelect(isLarge, upper / lower, tangent);
    }

    // For each byte the places of its bits, the lowest first.
    private static byte[] PlacesOfBits()
    {
        byte[] places = new byte[8 * (byte.MaxValue + 1)];
        for (int bits = 0; bits <= byte.MaxValue; bits++)
        {
            int next = 8 * bits;
            for (int place = 0; place < 8; place++)
            {
                if ((bits >> place & 1) != 0)
                {
                    places[next++] = (byte)place;
                }
            }
        }

        return places;
    }
}
