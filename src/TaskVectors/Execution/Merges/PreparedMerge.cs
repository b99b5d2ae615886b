using TaskVectors.Checkpoints;
using TaskVectors.Decomposition;
using TaskVectors.Execution.Planning;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>A merge bound to real headers: its vectors aligned, its tensors divided into units, its memory known.</summary>
/// <param name="Call">The merge as it was asked for.</param>
/// <param name="Settings">The values of its parameters, in all tensors.</param>
/// <param name="Vectors">The aligned vectors.</param>
/// <param name="Units">The units: the tensors of each by their index in <paramref name="Vectors"/>, and as the method sees them.</param>
/// <param name="Limits">How many units are worked on at once.</param>
/// <param name="LinearAlgebra">Dense linear algebra on one thread an operation; remembers what did not converge.</param>
internal sealed record PreparedMerge(
    MergeCall Call, IReadOnlyList<MergeSetting> Settings, AlignedVectors Vectors, IReadOnlyList<PreparedUnit> Units, ComputationLimits Limits, FallbackLinearAlgebra LinearAlgebra)
    : IPreparedMerge
{
    /// <inheritdoc/>
    public long WorkingBytes => Limits.Bytes;

    /// <inheritdoc/>
    public IReadOnlyList<string> Fallbacks => LinearAlgebra.Fallbacks;

    /// <inheritdoc/>
    public IReadOnlyList<string> Configuration => [LinearAlgebra.Kernel, LinearAlgebra.Configuration];

    /// <summary>Prepares a merge.</summary>
    /// <exception cref="EditException">A matrix does not fit the memory budget.</exception>
    public static PreparedMerge Prepare(MergeCall call, IReadOnlyList<MergeSetting> settings, AlignedVectors vectors, InputResolution resolution)
    {
        ThrowIfTooLarge(vectors.Tensors.Select(tensor => tensor.Tensor).Concat(vectors.Tensors.SelectMany(tensor => tensor.Statistics).Select(term => term.Tensor)));
        MatrixKernel kernel = CreateKernel(call, settings);
        IReadOnlyList<PreparedUnit> units = Divide(kernel, vectors, StoredOutputAxis.OfEach(call.Anchor));
        var limits = ComputationLimits.Plan(call, kernel, units, resolution);
        return new PreparedMerge(call, settings, vectors, units, limits, new FallbackLinearAlgebra(LinearAlgebraProvider.Create(resolution.Options.LinearAlgebra, threads: 1)));
    }

    /// <summary>Makes a kernel for one pass over the model.</summary>
    public MatrixKernel CreateKernel() => CreateKernel(Call, Settings);

    /// <inheritdoc/>
    public ICheckpointReader OpenReader() => new MergedReader(this);

    private static MatrixKernel CreateKernel(MergeCall call, IReadOnlyList<MergeSetting> settings) =>
        call.Method.CreateKernel(MergeArguments.Bind(call.Method, call.Models.Length, settings, out _)) as MatrixKernel
        ?? throw new NotSupportedException($"The kernel of {call.Method.Name} is of a kind that cannot be run.");

    private static IReadOnlyList<PreparedUnit> Divide(MatrixKernel kernel, AlignedVectors vectors, Func<string, OutputAxis> axisOf)
    {
        var places = vectors.Tensors.Select((tensor, index) => (tensor.Tensor.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
        IReadOnlyList<MergeUnit> units = kernel.Units([.. vectors.Tensors.Select(tensor => Describe(tensor, axisOf))]);
        return [.. units.Select(unit => new PreparedUnit(unit, [.. unit.Tensors.Select(tensor => places[tensor.Name])]))];
    }

    // Statistics were made where the weight was used, so they know.
    private static MergeTensor Describe(AlignedVectorTensor tensor, Func<string, OutputAxis> axisOf) => new(tensor.Tensor.Name, tensor.Tensor.Shape)
    {
        Outputs = tensor.Statistics.IsEmpty ? axisOf(tensor.Tensor.Name) : tensor.IsOfRows ? OutputAxis.Last : OutputAxis.First,
        StatisticsOrder = tensor.Statistics.IsEmpty ? 0 : tensor.Statistics[0].Tensor.Shape[0],
    };

    private static void ThrowIfTooLarge(IEnumerable<TensorInfo> tensors)
    {
        if (tensors.FirstOrDefault(tensor => tensor.ElementCount > Array.MaxLength) is { } large)
        {
            throw new EditException(
                EditError.NotEnoughMemory,
                $"The tensor '{large.Name}' has {large.ElementCount} elements; matrices are limited to {Array.MaxLength}. Leave it alone with --exclude.")
            {
                Tensor = large.Name,
            };
        }
    }
}
