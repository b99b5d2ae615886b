using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Fusion;

/// <summary>Counts numbers above three windows and lists those within, in one go.</summary>
/// <typeparam name="T">The type of the numbers, F32 or F64.</typeparam>
internal sealed class QuartileScan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of windows.</summary>
    public const int Windows = 3;

    private readonly T[] _lows = new T[Windows];
    private readonly T[] _highs = new T[Windows];

    /// <param name="windows">The least and the largest number of each window. Where the least is NaN nothing is listed.</param>
    public QuartileScan(ReadOnlySpan<(double Low, double High)> windows)
    {
        for (int window = 0; window < Windows; window++)
        {
            (_lows[window], _highs[window]) = (ScoreBounds.AtLeast<T>(windows[window].Low), ScoreBounds.AtMost<T>(windows[window].High));
        }
    }

    /// <summary>Looks at numbers.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="above">Are increased by how many lie above each window.</param>
    /// <param name="listed">Receive the numbers within each window, in order.</param>
    public void Find(ReadOnlySpan<T> numbers, Span<long> above, PooledList<double>[] listed)
    {
        ref T number = ref MemoryMarshal.GetReference(numbers);
        (Vector256<T> low0, Vector256<T> low1, Vector256<T> low2) = (Vector256.Create(_lows[0]), Vector256.Create(_lows[1]), Vector256.Create(_lows[2]));
        (Vector256<T> high0, Vector256<T> high1, Vector256<T> high2) = (Vector256.Create(_highs[0]), Vector256.Create(_highs[1]), Vector256.Create(_highs[2]));
        int counted0 = 0, counted1 = 0, counted2 = 0;
        int index = 0;
        int lanes = Vector256.IsHardwareAccelerated ? Vector256<T>.Count : numbers.Length + 1;
        for (; index <= numbers.Length - lanes; index += lanes)
        {
            var value = Vector256.LoadUnsafe(ref number, (nuint)index);
            Vector256<T> above0 = Vector256.GreaterThan(value, high0);
            Vector256<T> above1 = Vector256.GreaterThan(value, high1);
            Vector256<T> above2 = Vector256.GreaterThan(value, high2);
            counted0 += BitOperations.PopCount(above0.ExtractMostSignificantBits());
            counted1 += BitOperations.PopCount(above1.ExtractMostSignificantBits());
            counted2 += BitOperations.PopCount(above2.ExtractMostSignificantBits());
            Vector256<T> within = Vector256.AndNot(Vector256.GreaterThanOrEqual(value, low0), above0)
                | Vector256.AndNot(Vector256.GreaterThanOrEqual(value, low1), above1)
                | Vector256.AndNot(Vector256.GreaterThanOrEqual(value, low2), above2);
            for (uint bits = within.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                List(Unsafe.Add(ref number, index + BitOperations.TrailingZeroCount(bits)), listed);
            }
        }

        above[0] += counted0;
        above[1] += counted1;
        above[2] += counted2;
        FindScalar(numbers, index, above, listed);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public void FindScalar(ReadOnlySpan<T> numbers, int from, Span<long> above, PooledList<double>[] listed)
    {
        foreach (T value in numbers[from..])
        {
            for (int window = 0; window < Windows; window++)
            {
                above[window] += value > _highs[window] ? 1 : 0;
            }

            List(value, listed);
        }
    }

    private void List(T value, PooledList<double>[] listed)
    {
        for (int window = 0; window < Windows; window++)
        {
            if (value >= _lows[window] && value <= _highs[window])
            {
                listed[window].Add(double.CreateTruncating(value));
            }
        }
    }
}
