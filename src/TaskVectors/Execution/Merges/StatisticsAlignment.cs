using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// Binds statistics to the models of a merge: whether they are of the kind that the method needs and were made of these very models, and which of their tensors
/// goes with which of the models'. All that does not fit is noted.
/// </summary>
internal sealed class StatisticsAlignment(MergeCall call, InputResolution resolution)
{
    private const int MostListed = 4;

    /// <summary>Adds the statistics to the aligned tensors.</summary>
    public void AddTo(AlignedVectors vectors)
    {
        if (call.Method.Statistics is not { } kind)
        {
            return;
        }

        CheckpointSource[] sources = [.. call.Statistics.Select(statistics => statistics.Values.Anchor)];
        int before = resolution.Errors.Count;
        for (int model = 0; model < sources.Length; model++)
        {
            resolution.AddStatistics(sources[model]);
            Check(kind, sources[model], call.Statistics[model]);
        }

        if (resolution.Errors.Count == before)
        {
            Align(kind, vectors, sources);
        }
    }

    /// <summary>Puts statistics of the shape of the models' tensors behind the models, as kernels that work on blocks read them.</summary>
    public static void AppendToVectors(AlignedVectors vectors, MergeCall call)
    {
        if (call.Method.Statistics is not null)
        {
            int models = call.Models.Length;
            vectors.Tensors = [.. vectors.Tensors.Select(tensor => tensor with
            {
                Vectors = [.. tensor.Vectors, .. Enumerable.Range(0, models).Select(model => tensor.Statistics.IsEmpty ? ImmutableArray<PlannedTerm>.Empty : [tensor.Statistics[model]])],
            })];
        }
    }

    private void Check(StatisticsKind kind, CheckpointSource source, MergeStatistics statistics)
    {
        string wanted = OptionNames.Of(kind);
        if (StatisticsMetadata.KindOf(source) is not { } found)
        {
            Fail(source, $"'{resolution.Names.Of(source)}' ({source.Path}) holds no statistics that this version knows; make them with 'taskvec statistics --kind {wanted}'.");
        }
        else if (found != kind)
        {
            Fail(source, $"'{resolution.Names.Of(source)}' ({source.Path}) holds statistics of kind {OptionNames.Of(found)}; {call.Method.Name} needs {wanted}: make them with 'taskvec statistics --kind {wanted}'.");
        }
        else if (source.Metadata.GetValueOrDefault(StatisticsMetadata.ModelFingerprintKey) != ModelFingerprint.Of(statistics.Model))
        {
            string made = source.Metadata.TryGetValue(StatisticsMetadata.ModelNameKey, out string? name) ? $" It was made of a model called {QuotedName.Of(name)}." : string.Empty;
            Fail(source, $"The statistics '{resolution.Names.Of(source)}' ({source.Path}) were made of another model than '{statistics.Model.ToText(resolution.Names.Of)}', or of this one before it changed.{made} Make them anew with 'taskvec statistics'.");
        }
    }

    private void Align(StatisticsKind kind, AlignedVectors vectors, CheckpointSource[] sources)
    {
        int[] places = [.. sources.Select(vectors.PlaceOf)];
        FrozenSet<string>[] inputRows = [.. sources.Select(StatisticsMetadata.InputRows)];
        var missing = new List<string>();
        int before = resolution.Errors.Count;
        vectors.Tensors = [.. vectors.Tensors.Select(Bind)];
        if (resolution.Errors.Count == before && vectors.Tensors.All(tensor => tensor.Statistics.IsEmpty))
        {
            resolution.Errors.Add(new EditException(EditError.StatisticsMismatch, $"The statistics have no tensor that the models have; {call.Method.Name} would be a plain mean."));
        }
        else if (kind == StatisticsKind.Fisher && missing.Count > 0)
        {
            resolution.Warnings.Add($"{Count(missing.Count)} of which there are no statistics, which become the weighted mean: {string.Join(", ", missing.Take(MostListed).Select(QuotedName.Of))}{(missing.Count > MostListed ? $" and {missing.Count - MostListed} more" : string.Empty)}");
        }

        AlignedVectorTensor Bind(AlignedVectorTensor tensor)
        {
            string name = tensor.Tensor.Name;
            TensorInfo?[] found = [.. sources.Select(source => source.TryGetTensor(name, out TensorInfo? statistics) ? statistics : null)];
            if (Array.TrueForAll(found, statistics => statistics is null))
            {
                missing.Add(name);
                return tensor;
            }

            bool isOfRows = inputRows[0].Contains(name);
            for (int model = 0; model < found.Length; model++)
            {
                bool agrees = inputRows[model].Contains(name) == isOfRows
                    || Fail(sources[model], $"'{resolution.Names.Of(sources[model])}' takes the inputs of {QuotedName.Of(name)} for its {(isOfRows ? "columns" : "rows")} and other statistics for its {(isOfRows ? "rows" : "columns")}; make all with the same version.", name);
                if (!agrees || !Fits(kind, tensor.Tensor, found[model], isOfRows, sources[model]))
                {
                    return tensor;
                }
            }

            return tensor with { Statistics = [.. found.Select((statistics, model) => new PlannedTerm(places[model], statistics!, 1))], IsOfRows = isOfRows };
        }
    }

    private bool Fits(StatisticsKind kind, TensorInfo tensor, TensorInfo? statistics, bool isOfRows, CheckpointSource source)
    {
        string name = resolution.Names.Of(source);
        if (statistics is null)
        {
            return Fail(source, $"'{name}' has no statistics of {QuotedName.Of(tensor.Name)}, of which other models have some; make all with the same options.", tensor.Name);
        }

        TensorShape wanted = kind == StatisticsKind.Fisher ? tensor.Shape : SquareOf(tensor.Shape, isOfRows);
        if (statistics.Shape != wanted)
        {
            return Fail(source, $"The statistics of {QuotedName.Of(tensor.Name)} in '{name}' have the shape {statistics.Shape}; those of a tensor of shape {tensor.Shape} have {wanted}.", tensor.Name);
        }

        return statistics.DType.IsArithmetic()
            || Fail(source, $"The statistics of {QuotedName.Of(tensor.Name)} in '{name}' are {statistics.DType.Name()}, not floating-point numbers.", tensor.Name);
    }

    // Weights whose rows are the inputs are [in, out], kernels HWIO.
    private static TensorShape SquareOf(TensorShape shape, bool isOfRows)
    {
        long outputs = (shape.Rank, isOfRows) switch
        {
            (0, _) or (1, true) => 1,
            (_, true) => shape[shape.Rank - 1],
            _ => shape[0],
        };
        long inputs = outputs == 0 ? 0 : shape.ElementCount / outputs;
        return new TensorShape(inputs, inputs);
    }

    private static string Count(int tensors) => tensors == 1 ? "1 tensor" : $"{tensors} tensors";

    private bool Fail(CheckpointSource source, string message, string? tensor = null)
    {
        resolution.Errors.Add(new EditException(EditError.StatisticsMismatch, message) { File = source.Path, Tensor = tensor });
        return false;
    }
}
