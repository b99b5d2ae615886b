using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Training;

/// <summary>
/// The tensors of a stored checkpoint that an architecture does not use, such as buffers. A trained model has them as they were, so that its difference to the
/// checkpoint is defined for every tensor.
/// </summary>
internal static class UnusedTensors
{
    /// <summary>A copy of tied weights, which would be out of date.</summary>
    private const string TiedHead = "lm_head.weight";

    /// <summary>Reads them; there are none where nothing is stored at the path.</summary>
    public static IReadOnlyList<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> Read(string path, Model model)
    {
        if (Open(path) is not { } source)
        {
            return [];
        }

        List<(TensorInfo, ReadOnlyMemory<byte>)> unused = [];
        using ICheckpointReader reader = source.OpenReader();
        foreach (TensorInfo tensor in source.Tensors.Where(tensor => !model.Parameters.ContainsKey(tensor.Name) && !tensor.Name.EndsWith(TiedHead, StringComparison.Ordinal)))
        {
            byte[] values = new byte[tensor.ByteCount];
            reader.Read(tensor, 0, values);
            unused.Add((tensor, values));
        }

        return unused;
    }

    private static CheckpointSource? Open(string path)
    {
        try
        {
            return CheckpointFormats.Open(path);
        }
        catch (Exception nothing) when (nothing is CheckpointNotFoundException or UnknownFormatException)
        {
            return null;
        }
    }
}
