using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
        public long[] Shared { get; } = new long[models];

        public long[] Unique { get; } = new long[models];

        public override void Observe(MergeBlock block)
        {
            Vector<long>[] shared = new Vector<long>[models];
            Vector<long>[] unique = new Vector<long>[models];
            int done = Observe(block.Values, epsilon, shared, unique);
            for (int model = 0; model < models; model++)
            {
                Shared[model] += Vector.Sum(shared[model]);
                Unique[model] += Vector.Sum(unique[model]);
            }

            ObserveScalar(block, done);
        }

        // Returns how many elements are done.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Observe(MergeBlock<double> block, double epsilon, Span<Vector<long>> shared, Span<Vector<long>> unique)
        {
            ref double values = ref block.FirstValue;
            ref Vector<long> sharedOf = ref MemoryMarshal.GetReference(shared);
            ref Vector<long> uniqueOf = ref MemoryMarshal.GetReference(unique);
            nint stride = block.Stride;
            var least = new Vector<double>(epsilon);
            int index = 0;
            for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
            {
                ref double first = ref Unsafe.Add(ref values, index);
                Vector<long> count = Vector<long>.Zero;
                for (int model = 0; model < shared.Length; model++)
                {
                    count -= Vector.GreaterThan(Vector.Abs(Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride))), least);
                }

                Vector<long> isShared = Vector.GreaterThan(count, Vector<long>.One);
                for (int model = 0; model < shared.Length; model++)
                {
                    Vector<long> changes = Vector.GreaterThan(Vector.Abs(Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride))), least);
                    Unsafe.Add(ref sharedOf, model) -= changes & isShared;
                    Unsafe.Add(ref uniqueOf, model) -= Vector.AndNot(changes, isShared);
                }
            }

            return index;
        }

        private void ObserveScalar(MergeBlock block, int from)
        {
            for (int index = from; index < block.Count; index++)
            {
                int count = 0;
                for (int model = 0; model < models; model++)
                {
                    count += Math.Abs(block[model][index]) > epsilon ? 1 : 0;
                }

                for (int model = 0; model < models; model++)
                {
                    bool changes = Math.Abs(block[model][index]) > epsilon;
                    Shared[model] += changes && count > 1 ? 1 : 0;
                    Unique[model] += changes && count == 1 ? 1 : 0;
                }
            }
        }
    }
}
