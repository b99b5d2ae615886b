using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Models.Data;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// The last layer of a classifier, kept beside the checkpoints rather than in them, so that edits of the encoder leave it alone:
/// scores = x W^T + b for x, the encoder's vector of an example.
/// </summary>
public sealed class FrozenHead
{
    /// <summary>Where the metadata of a file have the names of the classes.</summary>
    internal const string ClassesKey = "classes";

    private const string WeightSuffix = "weight";

    /// <summary>Makes a head.</summary>
    /// <param name="weight">W, [classes, width] in row-major order; not copied.</param>
    /// <param name="bias">b, one a class; zeros where absent.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="isCosine">Whether the scores are cosines, from which the order of classes follows but no probabilities.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public FrozenHead(float[] weight, float[]? bias, int classes, bool isCosine = false)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (weight.Length == 0 || weight.Length % classes != 0 || (bias is not null && bias.Length != classes))
        {
            throw new ArgumentException($"{weight.Length} weights and {bias?.Length ?? 0} biases do not make a head of {classes} classes.", nameof(weight));
        }

        Weight = weight;
        Bias = bias ?? new float[classes];
        IsCosine = isCosine;
    }

    /// <summary>The number of classes.</summary>
    public int Classes => Bias.Length;

    /// <summary>The size of the vectors that it takes.</summary>
    public int Width => Weight.Length / Classes;

    /// <summary>Whether the scores are cosines, from which the order of classes follows but no probabilities.</summary>
    public bool IsCosine { get; }

    /// <summary>What the classes are called, in the order of the scores; empty where nothing says so.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    internal float[] Weight { get; }

    internal float[] Bias { get; }

    /// <summary>The number among the head's classes of each of a data set's.</summary>
    /// <param name="names">What the data set calls its classes.</param>
    /// <returns>By name where all names are among <see cref="ClassNames"/>; else null, and classes are numbered as the data set has them.</returns>
    public IReadOnlyList<int>? ClassesOf(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        string[] known = [.. ClassNames];
        int[] numbers = [.. names.Select(name => Array.IndexOf(known, name))];
        return numbers.Length == 0 || numbers.Contains(-1) ? null : numbers;
    }

    /// <summary>
    /// Reads a head of a file: <c>NAME.classifier.weight</c> or <c>NAME.weight</c> [classes, width] and, where there is one, the bias beside it;
    /// without a name, <c>classifier.weight</c>, <c>weight</c>, or the file's only weight. A JSON array of names under <c>classes</c> in the metadata names the classes.
    /// </summary>
    /// <param name="path">A checkpoint file of any supported format.</param>
    /// <param name="name">The head's name in a file of several.</param>
    /// <exception cref="DataException">There is no such head, or several and no name, or the shapes are no head's.</exception>
    /// <exception cref="TaskVectorsException">The file cannot be read.</exception>
    public static FrozenHead Load(string path, string? name = null)
    {
        using CheckpointValues values = CheckpointValues.Open(Checkpoint.Open(path));
        var tensors = values.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        string stem = FindStem(path, name, tensors);
        TensorInfo weight = tensors[stem + WeightSuffix];
        TensorInfo? bias = tensors.GetValueOrDefault(stem + "bias");
        if (weight.Shape.Rank != 2 || weight.Shape.ElementCount is 0 or > int.MaxValue || !weight.DType.IsArithmetic())
        {
            throw Wrong(path, weight, "a matrix of numbers, [classes, width]");
        }

        if (bias is not null && (bias.Shape.ElementCount != weight.Shape[0] || !bias.DType.IsArithmetic()))
        {
            throw Wrong(path, bias, $"{weight.Shape[0]} numbers, one a class of {weight.Name}");
        }

        return new FrozenHead(Read(values, weight), bias is null ? null : Read(values, bias), (int)weight.Shape[0]) { ClassNames = NamesOf(path, (int)weight.Shape[0]) };
    }

    private static string[] NamesOf(string path, int classes)
    {
        if (!Checkpoint.Open(path).Base.Metadata.TryGetValue(ClassesKey, out string? text))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            string[] names = [.. document.RootElement.EnumerateArray().Select(item => item.GetString()!)];
            return names.Length == classes ? names : throw DataException.About(path, "data.head", $"its metadata name {names.Length} classes, and the head has {classes}.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw DataException.About(path, "data.head", "its metadata's 'classes' are no JSON array of names.", failure);
        }
    }

    private static string FindStem(string path, string? name, Dictionary<string, TensorInfo> tensors)
    {
        string start = name is null ? string.Empty : name + ".";
        if (new[] { start + "classifier.", start }.FirstOrDefault(stem => tensors.ContainsKey(stem + WeightSuffix)) is { } found)
        {
            return found;
        }

        string[] weights = [.. tensors.Keys.Where(key => key.EndsWith("." + WeightSuffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (name is null && weights.Length == 1)
        {
            return weights[0][..^WeightSuffix.Length];
        }

        string asked = name is null ? "it has several heads, or none; name one" : $"it has no head '{name}', that is neither {name}.classifier.weight nor {name}.weight";
        const int Most = 20;
        throw DataException.About(path, "data.head", $"{asked}. Its weights: {(weights.Length == 0 ? "none" : string.Join(", ", weights.Take(Most)))}.");
    }

    private static float[] Read(CheckpointValues values, TensorInfo tensor)
    {
        float[] numbers = new float[tensor.Shape.ElementCount];
        values.Read(tensor.Name, numbers);
        return numbers;
    }

    private static DataException Wrong(string path, TensorInfo tensor, string wanted) =>
        DataException.About(path, "data.head", $"'{tensor.Name}' is {tensor.DType.Name()} {tensor.Shape}; a head has {wanted}.");
}
