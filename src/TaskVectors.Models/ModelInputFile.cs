using TaskVectors.Checkpoints;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models;

/// <summary>Reads what a model is run on from a checkpoint file: <c>input_ids</c>, <c>pixel_values</c> and so on, also as <c>in/input_ids</c>.</summary>
public static class ModelInputFile
{
    private const string Prefix = "in/";

    /// <summary>The names that are known.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["input_ids", "attention_mask", "position_ids", "token_type_ids", "decoder_input_ids", "pixel_values", "labels"];

    /// <summary>Reads the inputs of one run.</summary>
    /// <param name="path">A file in any supported format; ids, masks and labels are integers, images are floats.</param>
    /// <param name="context">Where images are made.</param>
    /// <param name="run">A run within the file, whose names start with it and a slash; the empty text for names without.</param>
    /// <exception cref="ModelException">There is no input of a known name, or one has the wrong dtype.</exception>
    /// <exception cref="TaskVectorsException">The file cannot be read.</exception>
    public static ModelInputs Read(string path, ComputeContext context, string run = "")
    {
        ArgumentNullException.ThrowIfNull(context);
        CheckpointSource source = CheckpointFormats.Open(path);
        using ICheckpointReader reader = source.OpenReader();
        string start = string.IsNullOrEmpty(run) ? string.Empty : run + "/";
        ModelInputs inputs = new()
        {
            InputIds = Indices("input_ids"),
            AttentionMask = Indices("attention_mask"),
            PositionIds = Indices("position_ids"),
            TokenTypeIds = Indices("token_type_ids"),
            DecoderInputIds = Indices("decoder_input_ids"),
            PixelValues = Find("pixel_values") is { } pixels ? ReadTensor(reader, pixels, context, path) : null,
            Labels = Indices("labels"),
        };
        return inputs.InputIds is null && inputs.PixelValues is null
            ? throw new ModelException(
                ModelError.InvalidInput,
                $"'{path}' holds neither {start}input_ids nor {start}pixel_values, and a model needs one of them. Known names: {string.Join(", ", Names)}.")
            {
                File = path,
            }
            : inputs;

        TensorInfo? Find(string name) =>
            source.TryGetTensor(start + Prefix + name, out TensorInfo? tensor) || source.TryGetTensor(start + name, out tensor) ? tensor : null;

        IndexTensor? Indices(string name) => Find(name) is { } tensor ? ReadIndices(reader, tensor, path) : null;
    }

    private static Tensor ReadTensor(ICheckpointReader reader, TensorInfo tensor, ComputeContext context, string path)
    {
        if (!tensor.DType.IsArithmetic())
        {
            throw Wrong(tensor, path, "floating-point numbers");
        }

        byte[] bytes = Bytes(reader, tensor, path);
        Tensor values = context.Create(new float[tensor.Shape.ElementCount], tensor.Shape.Dimensions);
        TensorConverter.Decode(tensor.DType, bytes, values.Values);
        return values;
    }

    private static IndexTensor ReadIndices(ICheckpointReader reader, TensorInfo tensor, string path)
    {
        byte[] bytes = Bytes(reader, tensor, path);
        int[] values = new int[tensor.Shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            long value = tensor.DType switch
            {
                DType.I64 => BitConverter.ToInt64(bytes, i * sizeof(long)),
                DType.I32 => BitConverter.ToInt32(bytes, i * sizeof(int)),
                DType.U8 or DType.Bool => bytes[i],
                _ => throw Wrong(tensor, path, "integers"),
            };
            values[i] = value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Wrong(tensor, path, "integers of 32 bits");
        }

        return new IndexTensor(values, tensor.Shape.Dimensions);
    }

    private static byte[] Bytes(ICheckpointReader reader, TensorInfo tensor, string path)
    {
        if (tensor.ByteCount > Array.MaxLength)
        {
            throw Wrong(tensor, path, "at most 2 GiB");
        }

        byte[] bytes = new byte[tensor.ByteCount];
        reader.Read(tensor, 0, bytes);
        return bytes;
    }

    private static ModelException Wrong(TensorInfo tensor, string path, string wanted) =>
        new(ModelError.InvalidInput, $"The input {tensor.Name} of '{path}' is {tensor.DType.Name()} {tensor.Shape}; it must hold {wanted}.") { File = path, Tensor = tensor.Name };
}
