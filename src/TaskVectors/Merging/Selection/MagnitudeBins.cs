using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Selection;

/// <summary>
/// Counts the magnitudes of a row in bins. Bins divide the eight octaves around the mean magnitude of what is not zero evenly in the logarithm, nearly; what lies
/// outside is in the first or the last. They come in 255 groups of one to eight neighbours, the more the longer the row.
/// </summary>
/// <remarks>The number of a bin has its group in the lower byte and its place in the group in the upper.</remarks>
internal sealed class MagnitudeBins
{
    /// <summary>The number of groups.</summary>
    public const int GroupCount = 255;

    /// <summary>More than the number of any bin.</summary>
    public const int MostBins = GroupTable << LargestPartBits;

    private const int GroupBits = 8;
    private const int GroupTable = 1 << GroupBits;
    private const int GroupMask = GroupTable - 1;
    private const int OctaveBits = 3;
    private const int LargestPartBits = 3;
    private const int ElementsPerBin = 2;

    // Groups from the mean magnitude to eight times as much, the top of the bins.
    private const int GroupsAboveMean = 3 * (GroupTable >> OctaveBits);

    private readonly ushort[] _bins;
    private readonly int[] _counts;
    private readonly int[] _groups = new int[GroupTable];
    private readonly int _partBits;
    private int _length;

    /// <param name="length">The most elements of a row.</param>
    public MagnitudeBins(int length)
    {
        uint parts = BitOperations.RoundUpToPowerOf2((uint)Math.Max(length / ElementsPerBin / GroupTable, 1));
        _partBits = Math.Min(BitOperations.Log2(parts), LargestPartBits);
        _bins = new ushort[length];
        _counts = new int[2 * (GroupTable << _partBits)];
    }

    /// <summary>The bin of each element.</summary>
    public ReadOnlySpan<ushort> Items => _bins.AsSpan(0, _length);

    /// <summary>The number of elements in each group.</summary>
    public ReadOnlySpan<int> GroupCounts => _groups.AsSpan(0, GroupCount);

    /// <summary>Whether the first group holds zeros only.</summary>
    public bool IsFirstZero { get; private set; }

    /// <summary>Counts a row; false if it holds nothing but zeros, which are not counted then.</summary>
    public bool Count<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T sum, int zeros) = Sum(row);
        if (zeros == row.Length)
        {
            return false;
        }

        _length = row.Length;
        int shift = (typeof(T) == typeof(float) ? 23 : 52) + OctaveBits - GroupBits - _partBits;
        int top = (int)(MagnitudeCut.PatternOf(sum / T.CreateTruncating(row.Length - zeros)) >> shift) + (GroupsAboveMean << _partBits);
        Locate(row, shift, top - (GroupCount << _partBits) + 1);
        CountBins();
        AddParts();
        IsFirstZero = _groups[0] == zeros;
        return true;
    }

    /// <summary>The ranks in its group of the elements of a bin: the first, and how many.</summary>
    public (int First, int Count) RanksOf(int bin)
    {
        int first = 0;
        int place = bin & GroupMask;
        for (; place < bin; place += GroupTable)
        {
            first += CountOf(place);
        }

        return (first, CountOf(place));
    }

    /// <summary>The bin of an element of given rank, counted from 1 for the largest; how many elements lie in the bins above it, and in it.</summary>
    public (int Bin, int Larger, int Count) BinOf(int rank)
    {
        int larger = 0;
        int group = GroupCount - 1;
        for (; larger + _groups[group] < rank; group--)
        {
            larger += _groups[group];
        }

        int bin = group + (((1 << _partBits) - 1) << GroupBits);
        for (; larger + CountOf(bin) < rank; bin -= GroupTable)
        {
            larger += CountOf(bin);
        }

        return (bin, larger, CountOf(bin));
    }

    /// <summary>The group of a bin.</summary>
    public static int GroupOf(int bin) => bin & GroupMask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CountOf(int bin) => _counts[bin] + _counts[(GroupTable << _partBits) + bin];

    // The sum only says where bins lie, on which no result depends.
    private static (T Sum, int Zeros) Sum<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T first = ref MemoryMarshal.GetReference(row);
        Vector256<T> sums0 = Vector256<T>.Zero, sums1 = Vector256<T>.Zero;
        Vector256<T> zeros = Vector256<T>.Zero;
        int index = 0;
        for (; index <= row.Length - (2 * Vector256<T>.Count); index += 2 * Vector256<T>.Count)
        {
            Vector256<T> value0 = Vector256.Abs(Vector256.LoadUnsafe(ref first, (nuint)index));
            Vector256<T> value1 = Vector256.Abs(Vector256.LoadUnsafe(ref first, (nuint)(index + Vector256<T>.Count)));
            sums0 += value0;
            sums1 += value1;
            zeros += (Vector256.Equals(value0, Vector256<T>.Zero) & Vector256<T>.One) + (Vector256.Equals(value1, Vector256<T>.Zero) & Vector256<T>.One);
        }

        T sum = Vector256.Sum(sums0 + sums1);
        int zeroCount = int.CreateTruncating(Vector256.Sum(zeros));
        for (; index < row.Length; index++)
        {
            sum += T.Abs(row[index]);
            zeroCount += row[index] == T.Zero ? 1 : 0;
        }

        return (sum, zeroCount);
    }

    private void Locate<T>(ReadOnlySpan<T> row, int shift, int lowest)
        where T : unmanaged
    {
        ref T first = ref MemoryMarshal.GetReference(row);
        ref ushort bins = ref MemoryMarshal.GetArrayDataReference(_bins);
        int partBits = _partBits;
        Vector256<int> offset = Vector256.Create(lowest);
        Vector256<short> highest = Vector256.Create((short)((GroupCount << partBits) - 1));
        Vector256<short> parts = Vector256.Create((short)((1 << partBits) - 1));
        int index = 0;
        for (; index <= row.Length - Vector256<short>.Count; index += Vector256<short>.Count)
        {
            Vector256<short> bin = Vector256.NarrowWithSaturation(
                Shifted(ref Unsafe.Add(ref first, index), shift) - offset, Shifted(ref Unsafe.Add(ref first, index + Vector256<int>.Count), shift) - offset);
            bin = Vector256.Min(Vector256.Max(bin, Vector256<short>.Zero), highest);
            ((bin >>> partBits) | ((bin & parts) << GroupBits)).AsUInt16().StoreUnsafe(ref bins, (nuint)index);
        }

        for (; index < row.Length; index++)
        {
            int bin = (int)Math.Clamp((MagnitudeCut.PatternOf(row[index]) >>> shift) - lowest, 0, (GroupCount << partBits) - 1);
            _bins[index] = (ushort)((bin >> partBits) | ((bin << GroupBits) & ((GroupTable << partBits) - GroupTable)));
        }
    }

    // In two tables in turn: neighbours may share a bin, and an addition would wait for the one before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountBins()
    {
        int table = GroupTable << _partBits;
        _counts.AsSpan(0, 2 * table).Clear();
        ref ushort bins = ref MemoryMarshal.GetArrayDataReference(_bins);
        ref int counts = ref MemoryMarshal.GetArrayDataReference(_counts);
        ref int others = ref Unsafe.Add(ref counts, table);
        int index = 0;
        for (; index <= _length - 4; index += 4)
        {
            ulong four = Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref bins, index)));
            Unsafe.Add(ref counts, (nint)(ushort)four)++;
            Unsafe.Add(ref others, (nint)(ushort)(four >> 16))++;
            Unsafe.Add(ref counts, (nint)(ushort)(four >> 32))++;
            Unsafe.Add(ref others, (nint)(four >> 48))++;
        }

        for (; index < _length; index++)
        {
            Unsafe.Add(ref counts, Unsafe.Add(ref bins, index))++;
        }
    }

    // The upper bits of eight patterns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Shifted<T>(ref T values, int shift)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return (Vector256.LoadUnsafe(ref values).As<T, int>() & Vector256.Create(int.MaxValue)) >>> shift;
        }

        Vector256<long> magnitude = Vector256.Create(long.MaxValue);
        return Vector256.Narrow(
            (Vector256.LoadUnsafe(ref values).As<T, long>() & magnitude) >>> shift, (Vector256.LoadUnsafe(ref values, 4).As<T, long>() & magnitude) >>> shift);
    }

    private void AddParts()
    {
        Span<int> tables = _counts.AsSpan(0, 2 * (GroupTable << _partBits));
        for (int group = 0; group < GroupTable; group += Vector256<int>.Count)
        {
            Vector256<int> sum = Vector256<int>.Zero;
            for (int place = group; place < tables.Length; place += GroupTable)
            {
                sum += Vector256.Create<int>(tables[place..]);
            }

            sum.CopyTo(_groups.AsSpan(group));
        }
    }
}
