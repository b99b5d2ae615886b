using System.Collections.Frozen;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>A merge whose kernels work on blocks, bound to real headers.</summary>
/// <param name="Call">The merge as it was asked for.</param>
/// <param name="Vectors">The aligned models.</param>
/// <param name="Tensors">The tensors as kernels see them, in the order of <paramref name="Vectors"/>.</param>
/// <param name="Kernels">The kernel of each tensor.</param>
/// <param name="Seed">The seed of random kernels.</param>
/// <param name="Threads">How many chunks are observed at once.</param>
/// <param name="WorkingBytes">The most memory that reading takes.</param>
internal sealed record PreparedTileMerge(
    MergeCall Call, AlignedVectors Vectors, IReadOnlyList<MergeTensor> Tensors, IReadOnlyList<TileKernel> Kernels, ulong Seed, int Threads, long WorkingBytes) : IPreparedMerge
{
    private readonly Lazy<FrozenDictionary<string, int>> _places =
        new(() => Tensors.Select((tensor, index) => (tensor.Name, index)).ToFrozenDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal));

    /// <summary>The place of a tensor by its name.</summary>
    public int IndexOf(string tensor) => _places.Value[tensor];

    /// <inheritdoc/>
    public IReadOnlyList<string> Configuration => [FormattableString.Invariant($"seed {Seed}")];

    /// <summary>Prepares a merge.</summary>
    /// <exception cref="EditException">The memory budget is too small.</exception>
    public static PreparedTileMerge Prepare(
        MergeCall call, AlignedVectors vectors, IReadOnlyList<MergeTensor> tensors, IReadOnlyList<TileKernel> kernels, InputResolution resolution)
    {
        int threads = resolution.Options.Threads;
        long surveys = SurveyBytes(tensors, kernels, call.Operands.Count());
        long most = surveys;
        for (int index = 0; index < tensors.Count; index++)
        {
            long bytes = WorkingBytesOf(index, threads);
            if (bytes > resolution.BytesPerComputation)
            {
                throw TooLarge(call, tensors[index], bytes, resolution);
            }

            most = Math.Max(most, bytes);
        }

        return new PreparedTileMerge(call, vectors, tensors, kernels, resolution.Options.Seed, threads, most);

        // Lanes read while others observe; lanes are at neighbouring tensors.
        long WorkingBytesOf(int index, int threadCount)
        {
            int lanes = (2 * threadCount) + LaneBudget.ExtraLanes;
            long statistic = kernels[index].StatisticBytes(tensors[index], call.Operands.Count());
            return (lanes * TileScratch.BytesFor(vectors.Tensors[index], tensors[index], kernels[index])) + statistic + surveys;
        }
    }

    /// <inheritdoc/>
    public ICheckpointReader OpenReader() => new MergedTileReader(this);

    // What is known of each survey is kept to the end.
    private static long SurveyBytes(IReadOnlyList<MergeTensor> tensors, IReadOnlyList<TileKernel> kernels, int models) =>
        tensors.Zip(kernels).GroupBy(pair => pair.Second).Where(group => group.Key is SurveyKernel)
            .Sum(group => ((SurveyKernel)group.Key).SurveyBytes([.. group.Select(pair => pair.First)], models));

    private static EditException TooLarge(MergeCall call, MergeTensor tensor, long bytes, InputResolution resolution)
    {
        double factor = (double)resolution.Options.Memory / resolution.BytesPerComputation;
        return new EditException(
            EditError.NotEnoughMemory,
            $"The method {call.Method.Name} needs {ByteSize.Format(bytes)} for '{tensor.Name}' {tensor.Shape}, more than the memory budget of {ByteSize.Format(resolution.Options.Memory)} leaves. Pass --memory {((long)(bytes * factor) >> 20) + 1}MiB, or leave the tensor alone with --exclude.")
        {
            Tensor = tensor.Name,
        };
    }
}
