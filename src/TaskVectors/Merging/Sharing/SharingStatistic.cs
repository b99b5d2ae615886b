using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Sharing;

/// <summary>How many elements of a tensor each model changes alone and together with others, and the scales that follow.</summary>
/// <param name="models">The number of models.</param>
/// <param name="epsilon">The magnitude that a change exceeds.</param>
/// <param name="scaleOf">Gives the scale for the number of shared and of unique changes.</param>
internal sealed class SharingStatistic(int models, double epsilon, Func<long, long, double> scaleOf) : TensorStatistic
{
    private readonly long[] _shared = new long[models];
    private readonly long[] _unique = new long[models];
    private double[]? _scales;

    public override bool NeedsPass => _scales is null;

    /// <summary>The scale of each model.</summary>
    public double[] Scales => _scales!;

    public override ChunkStatistic Begin() => new Chunk(models, epsilon);

    public override void Add(ChunkStatistic chunk)
    {
        var counts = (Chunk)chunk;
        for (int model = 0; model < models; model++)
        {
            _shared[model] += counts.Shared[model];
            _unique[model] += counts.Unique[model];
        }
    }

    public override void EndPass() => _scales = [.. _shared.Zip(_unique, scaleOf)];

    private sealed class Chunk(int models, double epsilon) : ChunkStatistic
    {
        private const int WordBits = 64;

        public long[] Shared { get; } = new long[models];

        public long[] Unique { get; } = new long[models];

        public override void Observe(MergeBlock block) => Observe(block.Values);

        internal override void Observe(MergeBlock<float> block) => Observe<float>(block);

        private void Observe<T>(MergeBlock<T> block)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var least = T.CreateTruncating(epsilon);
            Span<ulong> changes = stackalloc ulong[models];
            int start = 0;
            for (; start <= block.Count - WordBits; start += WordBits)
            {
                for (int model = 0; model < models; model++)
                {
                    changes[model] = Changes<T>(block[model].Slice(start, WordBits), least);
                }

                Count(changes);
            }

            ObserveScalar(block, start, least);
        }

        // Bits of elements: a change is shared where another model makes one as well.
        private void Count(ReadOnlySpan<ulong> changes)
        {
            ulong any = 0;
            ulong several = 0;
            foreach (ulong change in changes)
            {
                several |= any & change;
                any |= change;
            }

            for (int model = 0; model < changes.Length; model++)
            {
                Shared[model] += BitOperations.PopCount(changes[model] & several);
                Unique[model] += BitOperations.PopCount(changes[model] & ~several);
            }
        }

        // A bit for each of 64 elements.
        private static ulong Changes<T>(ReadOnlySpan<T> values, T least)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ref T first = ref MemoryMarshal.GetReference(values[..WordBits]);
            Vector256<T> bound = Vector256.Create(least);
            ulong changes = 0;
            for (int index = 0; index < WordBits; index += Vector256<T>.Count)
            {
                Vector256<T> isChanged = Vector256.GreaterThan(Vector256.Abs(Vector256.LoadUnsafe(ref first, (nuint)index)), bound);
                changes |= (ulong)isChanged.ExtractMostSignificantBits() << index;
            }

            return changes;
        }

        private void ObserveScalar<T>(MergeBlock<T> block, int from, T least)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int index = from; index < block.Count; index++)
            {
                int count = 0;
                for (int model = 0; model < models; model++)
                {
                    count += T.Abs(block[model][index]) > least ? 1 : 0;
                }

                for (int model = 0; model < models; model++)
                {
                    bool changes = T.Abs(block[model][index]) > least;
                    Shared[model] += changes && count > 1 ? 1 : 0;
                    Unique[model] += changes && count == 1 ? 1 : 0;
                }
            }
        }
    }
}
