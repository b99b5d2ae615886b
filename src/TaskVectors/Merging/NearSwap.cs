using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging;

/// <summary>NearSwap: takes from the second model what lies near the first.</summary>
internal sealed class NearSwap : IMergeMethod
{
    private static readonly NumberParameter Distance = new("t", "The distance up to which an element of the second model replaces that of the first.") { Minimum = 0 };

    public string Name => "nearswap";

    public string Summary => "Moves every element of the first model towards the second, by no more than t.";

    public string Formula => "theta = theta_0 + m (theta_1 - theta_0), m = min(1, t / |theta_1 - theta_0|) element by element";

    public string Source => "alchemonaut, model card of QuartetAnemoi-70B-t0.0001, 2024; there is no paper";

    public int MinimumVectors => 2;

    public int? MaximumVectors => 2;

    public BaseRole Base => BaseRole.First;

    public IReadOnlyList<MergeParameter> Parameters => [Distance];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments.Get(Distance));

    private sealed class Kernel(double distance) : StreamingKernel
    {
        // m times the difference is the difference itself, limited to -t ... t.
        public override void Merge(MergeBlock block, Span<double> result)
        {
            int index = MergeVectors(block[0], block[1], distance, result);
            Span<double> first = block[0];
            Span<double> second = block[1];
            for (; index < block.Count; index++)
            {
                double difference = second[index] - first[index];
                result[index] = Math.Abs(difference) <= distance ? second[index] : first[index] + Math.Clamp(difference, -distance, distance);
            }
        }

        // Returns how many elements are done.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int MergeVectors(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double distance, Span<double> result)
        {
            ref double start = ref MemoryMarshal.GetReference(first);
            ref double end = ref MemoryMarshal.GetReference(second);
            ref double target = ref MemoryMarshal.GetReference(result);
            var most = new Vector<double>(distance);
            var least = new Vector<double>(-distance);
            int index = 0;
            for (; index <= result.Length - Vector<double>.Count; index += Vector<double>.Count)
            {
                Vector<double> from = Vector.LoadUnsafe(ref start, (nuint)index);
                Vector<double> to = Vector.LoadUnsafe(ref end, (nuint)index);
                Vector<double> difference = to - from;
                Vector<double> limited = from + Vector.Min(Vector.Max(difference, least), most);
                Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(difference), most), to, limited).StoreUnsafe(ref target, (nuint)index);
            }

            return index;
        }
    }
}
