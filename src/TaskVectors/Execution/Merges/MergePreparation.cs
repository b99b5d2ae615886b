using TaskVectors.Execution.Planning;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Execution.Merges;

/// <summary>Binds merges to real headers: aligns the models, binds the parameters to each tensor, and finds out how the kernels are run.</summary>
internal static class MergePreparation
{
    /// <summary>Prepares a merge; what does not fit is noted in the resolution.</summary>
    /// <exception cref="TaskVectorsException">The parameters are wrong, or the memory budget is too small.</exception>
    public static IPreparedMerge Prepare(MergeCall call, InputResolution resolution)
    {
        var vectors = AlignedVectors.Align(call.Models, resolution);
        new StatisticsAlignment(call, resolution).AddTo(vectors);
        MergeTensor[] tensors = [.. vectors.Tensors.Select(tensor => new MergeTensor(tensor.Tensor.Name, tensor.Tensor.Shape))];
        var parameters = BoundParameters.Bind(call.Method, call.Models.Length, call.Parameters, tensors);
        AggregateEditException.ThrowIfAny(parameters.Errors);
        resolution.Warnings.AddRange(parameters.Cautions.Except(resolution.Warnings));
        if (parameters.Kernels.Count == 0 || parameters.Kernels[0] is TileKernel)
        {
            StatisticsAlignment.AppendToVectors(vectors, call);
            return PreparedTileMerge.Prepare(call, vectors, tensors, [.. parameters.Kernels.Cast<TileKernel>()], resolution);
        }

        return parameters.Count == 1
            ? PreparedMerge.Prepare(call, call.Parameters.SettingsFor(tensors[0]), vectors, resolution)
            : throw new MergeException(
                MergeError.NotPerTensor, $"The method {call.Method.Name} has one set of parameters for all tensors; give each parameter one value, without filters or gradients.");
    }
}
