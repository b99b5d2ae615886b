using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Training.Lora;
using static System.FormattableString;

namespace TaskVectors.Models.Training;

/// <summary>Which parameters of a model are trained, and what else a run depends on.</summary>
internal static class TrainedParameters
{
    /// <summary>Finds the parameters that a filter chooses, in the order of their names.</summary>
    /// <exception cref="TrainingException">A pattern fits no parameter, or all are frozen.</exception>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> Choose(Model model, TensorFilter filter)
    {
        foreach (NamePattern pattern in filter.Include.Concat(filter.Exclude))
        {
            if (!model.Parameters.Keys.Any(pattern.Matches))
            {
                throw new TrainingException(
                    "training.pattern", $"No parameter fits '{pattern}'. The model has {string.Join(", ", model.Parameters.Keys.Take(3))} and so on.");
            }
        }

        KeyValuePair<string, Tensor>[] trained =
            [.. model.Parameters.Where(parameter => filter.Matches(parameter.Key)).OrderBy(parameter => parameter.Key, StringComparer.Ordinal)];
        return trained.Length > 0 ? trained : throw new TrainingException("training.pattern", "All parameters are frozen, so there is nothing to train. Freeze fewer.");
    }

    /// <summary>Biases and norms do not decay.</summary>
    public static Optimizer CreateOptimizer(IReadOnlyList<KeyValuePair<string, Tensor>> trained, TrainingOptions options)
    {
        ParameterGroup[] groups =
        [
            new([.. trained.Select(parameter => parameter.Value).Where(parameter => parameter.Rank >= 2)], options.WeightDecay),
            new([.. trained.Select(parameter => parameter.Value).Where(parameter => parameter.Rank < 2)]),
        ];
        return options.Optimizer == OptimizerKind.Sgd ? new SgdOptimizer(groups, options.Momentum) : new AdamOptimizer(groups, options.Adam);
    }

    /// <summary>What the result depends on, in words: all options that matter, the number of examples and a hash of the weights to begin with.</summary>
    public static string Describe(
        Model model, ITrainingData data, TrainingOptions options, IReadOnlyList<KeyValuePair<string, Tensor>> trained, ModelAdapters? adapters)
    {
        string[] parts =
        [
            Invariant($"{options.Steps} steps of {options.BatchSize} of {data.Count} examples"),
            .. data is IMixedTrainingData mixed ? [string.Join(" and ", mixed.Parts.Select(part => Invariant($"{part.Count} weighing {part.Weight:R}")))] : Array.Empty<string>(),
            Invariant($"seed {options.Seed}"),
            Invariant($"{options.Optimizer} {options.LearningRate:R} warm-up {options.WarmUpSteps} {options.Schedule}"),
            options.Optimizer == OptimizerKind.Sgd
                ? Invariant($"momentum {options.Momentum:R}")
                : Invariant($"betas {options.Adam.Beta1:R} {options.Adam.Beta2:R} epsilon {options.Adam.Epsilon:R}{(options.Adam.IsDecayDecoupled ? string.Empty : " coupled")}"),
            Invariant($"decay {options.WeightDecay:R}"),
            Invariant($"clip {options.ClipNorm:R}"),
            .. adapters is null ? Array.Empty<string>() : [adapters.Describe()],
            .. options.KeepBest ? [Invariant($"best of every {options.EvaluateEvery}")] : Array.Empty<string>(),
            $"{trained.Count} trained of {model.Parameters.Count}",
            $"weights {HashOf(model, trained, options.Head)}",
        ];
        return string.Join(", ", parts);
    }

    private static string HashOf(Model model, IReadOnlyList<KeyValuePair<string, Tensor>> trained, FrozenHead? head)
    {
        HashSet<string> names = [.. trained.Select(parameter => parameter.Key)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor parameter) in model.Parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{parameter.Shape}\0{names.Contains(name)}\0"));
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        }

        if (head is not null)
        {
            hash.AppendData(MemoryMarshal.AsBytes<float>(head.Weight));
            hash.AppendData(MemoryMarshal.AsBytes<float>(head.Bias));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
