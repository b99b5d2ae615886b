using System.Globalization;
using System.Runtime.InteropServices;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// The rules that make a header consistent with itself and with its file: the one place that decides whether numbers fit. Offsets
/// decide the order of tensors, not the order of the header.
/// </summary>
internal static class SafetensorsValidation
{
    /// <summary>Checks every rule and returns the tensors by ascending offset.</summary>
    /// <param name="entries">The tensors as stated; sorted in place.</param>
    /// <param name="dataStart">The offset of the first value from the start of the file.</param>
    /// <param name="fileLength">The size of the file.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="SafetensorsException">A rule is broken.</exception>
    public static PlacedTensor[] Place(List<SafetensorsHeaderEntry> entries, long dataStart, long fileLength, string file)
    {
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(entries))
        {
            ThrowIfReversed(entry, file);
        }

        entries.Sort(CompareByOffset);
        ThrowUnlessContiguous(entries, dataStart, fileLength, file);
        return [.. entries.Select(entry => Place(entry, dataStart, file))];
    }

    /// <summary>The bytes a tensor needs.</summary>
    /// <exception cref="SafetensorsException">They exceed 2^63 - 1 or are no whole number.</exception>
    public static long ByteCount(string name, DType dtype, TensorShape? shape, string file)
    {
        if (shape is not { } known)
        {
            throw Overflow(name, file);
        }

        var bits = (UInt128)known.ElementCount * (uint)dtype.BitSize();
        if (bits % 8 != 0)
        {
            throw new SafetensorsException(
                SafetensorsError.SizeMismatch,
                file,
                $"tensor {QuotedName.Of(name)} of shape {known} and dtype {dtype.Name()} takes {bits} bits, "
                + "which are no whole number of bytes.",
                name);
        }

        return bits / 8 <= long.MaxValue ? (long)(bits / 8) : throw Overflow(name, file);
    }

    private static int CompareByOffset(SafetensorsHeaderEntry left, SafetensorsHeaderEntry right)
    {
        int order = left.Begin.CompareTo(right.Begin);
        order = order != 0 ? order : left.End.CompareTo(right.End);
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }

    private static void ThrowIfReversed(in SafetensorsHeaderEntry entry, string file)
    {
        if (entry.Begin > entry.End)
        {
            throw Error(SafetensorsError.InvalidOffsets, file, entry, $"tensor {Range(entry)} ends before it begins.");
        }
    }

    private static void ThrowUnlessContiguous(List<SafetensorsHeaderEntry> sorted, long dataStart, long fileLength, string file)
    {
        ulong dataLength = (ulong)(fileLength - dataStart);
        ulong expected = 0;
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(sorted))
        {
            if (entry.Begin < expected)
            {
                throw Error(
                    SafetensorsError.Overlap, file, entry, $"tensor {Range(entry)} overlaps the one before, which ends at {expected}.");
            }

            if (entry.Begin > expected)
            {
                throw entry.Begin > dataLength
                    ? Error(
                        SafetensorsError.InvalidOffsets,
                        file,
                        entry,
                        $"tensor {Range(entry)} begins beyond the {dataLength} bytes of data.")
                    : Error(
                        SafetensorsError.Hole,
                        file,
                        entry,
                        $"the bytes {expected} to {entry.Begin} before tensor {Range(entry)} belong to none.");
            }

            if (entry.End > dataLength)
            {
                throw Error(
                    SafetensorsError.Truncated,
                    file,
                    entry,
                    $"the file ends before tensor {Range(entry)}: it has {dataLength} bytes of data. Download or copy it again.");
            }

            expected = entry.End;
        }

        if (expected < dataLength)
        {
            throw new SafetensorsException(
                SafetensorsError.TrailingData, file, $"{dataLength - expected} bytes follow the last tensor; the file is damaged.");
        }
    }

    private static PlacedTensor Place(in SafetensorsHeaderEntry entry, long dataStart, string file)
    {
        long needed = ByteCount(entry.Name, entry.DType, entry.Shape, file);
        return (ulong)needed == entry.End - entry.Begin
            ? new PlacedTensor(new TensorInfo(entry.Name, entry.DType, entry.Shape.GetValueOrDefault()), dataStart + (long)entry.Begin)
            : throw Error(
                SafetensorsError.SizeMismatch,
                file,
                entry,
                $"tensor {Range(entry)} holds {entry.End - entry.Begin} bytes, "
                + $"but shape {entry.Shape} of {entry.DType.Name()} takes {needed}.");
    }

    private static SafetensorsException Overflow(string name, string file) =>
        new(SafetensorsError.ShapeOverflow, file, $"the size of tensor {QuotedName.Of(name)} exceeds 2^63 - 1.", name);

    private static SafetensorsException Error(SafetensorsError error, string file, in SafetensorsHeaderEntry entry, string message) =>
        new(error, file, message, entry.Name);

    private static string Range(in SafetensorsHeaderEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{QuotedName.Of(entry.Name)} at [{entry.Begin}, {entry.End})");
}
