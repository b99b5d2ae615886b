using System.Globalization;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Training.Lora;

/// <summary>The adapters of a model while they are trained. The model runs with them until they are disposed.</summary>
internal sealed class ModelAdapters : IDisposable
{
    private readonly LoraOptions _options;
    private readonly List<AdaptedWeight> _weights = [];

    private ModelAdapters(LoraOptions options) => _options = options;

    /// <summary>The factors, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters =>
        [.. _weights.SelectMany(weight => weight.Parameters).OrderBy(parameter => parameter.Key, StringComparer.Ordinal)];

    /// <summary>The names of the weights that have an adapter.</summary>
    public IReadOnlyList<string> Names => [.. _weights.Select(weight => weight.Name)];

    /// <summary>The changes as an adapter stores them.</summary>
    public IEnumerable<LowRankTensor> Tensors => _weights.Select(weight => weight.ToTensor());

    /// <summary>Gives weights of a model adapters.</summary>
    /// <exception cref="TrainingException">A pattern fits no parameter, a weight cannot have an adapter, or the rank is too large.</exception>
    public static ModelAdapters Attach(Model model, LoraOptions options)
    {
        Check(options);
        IReadOnlyList<KeyValuePair<string, Tensor>> targets = TrainedParameters.Choose(model, options.Targets);
        foreach ((string name, Tensor weight) in targets)
        {
            RequireMatrix(name, weight, options.Rank);
            if (model is Gpt2Model && name.StartsWith("lm_head.", StringComparison.Ordinal))
            {
                throw new TrainingException("training.lora", "GPT-2 stores its head as [out, in] and other matrices as [in, out], and an adapter is of one kind. Leave lm_head out.");
            }
        }

        ModelAdapters adapters = new(options);
        foreach ((string name, Tensor weight) in targets)
        {
            adapters.Add(model, name, weight);
        }

        return adapters;
    }

    /// <summary>Requires that a run of the model has used all of them.</summary>
    /// <exception cref="TrainingException">One has not been used.</exception>
    public void RequireUsed()
    {
        if (_weights.Find(weight => !weight.Adapter.IsUsed) is { } idle)
        {
            throw new TrainingException(
                "training.lora", $"An adapter of '{idle.Name}' would not be trained: the model maps no vectors with this weight here. Leave it out of the targets.");
        }
    }

    /// <summary>Requires that parameters that are trained whole are of other modules: an adapter stores a module's factors or its copy, not both.</summary>
    /// <exception cref="TrainingException">A module has both.</exception>
    public void RequireApart(IReadOnlyList<KeyValuePair<string, Tensor>> whole)
    {
        HashSet<string> adapted = [.. _weights.Select(weight => ModuleOf(weight.Name))];
        if (whole.Select(parameter => parameter.Key).FirstOrDefault(name => adapted.Contains(ModuleOf(name))) is { } both)
        {
            throw new TrainingException("training.lora", $"'{both}' is to be trained whole, and its module has an adapter. Leave it out of one of them.");
        }
    }

    /// <summary>What a run depends on, in words.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"LoRA rank {_options.Rank}, alpha {_options.Alpha:R}{(_options.UsesRankStabilisedScale ? ", rank stabilised" : string.Empty)}, seed {_options.Seed}, {_weights.Count} matrices");

    /// <summary>Adds the changes to the weights.</summary>
    public void Merge() => _weights.ForEach(weight => weight.Merge());

    /// <summary>Takes the adapters away; the weights stay as they are.</summary>
    public void Dispose()
    {
        foreach (AdaptedWeight weight in _weights)
        {
            weight.Weight.Adapter = null;
            weight.Adapter.A.Dispose();
            weight.Adapter.B.Dispose();
        }

        _weights.Clear();
    }

    private static string ModuleOf(string name) => name[..Math.Max(0, name.LastIndexOf('.'))];

    private static void Check(LoraOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Rank, 1, nameof(options.Rank));
        if (!double.IsFinite(options.Alpha) || options.Alpha == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Alpha, "Alpha must be finite and not 0: with 0 nothing would be trained.");
        }
    }

    private static void RequireMatrix(string name, Tensor weight, int rank)
    {
        string[] parts = name.Split('.');
        string module = parts.Length > 1 ? parts[^2] : string.Empty;
        bool isTable = module is "wte" or "wpe" or "shared" || module.Contains("embed", StringComparison.OrdinalIgnoreCase);
        if (parts[^1] != "weight" || weight.Rank != 2 || isTable)
        {
            throw new TrainingException(
                "training.lora",
                $"'{name}' of shape {weight.Shape} cannot have an adapter: adapters are of matrices that map vectors, called '*.weight', not of tables, biases or kernels. Narrow the targets.");
        }

        if (rank > Math.Min(weight.Size(0), weight.Size(1)))
        {
            throw new TrainingException("training.lora", $"A rank of {rank} is more than the matrix '{name}' of shape {weight.Shape} can have. Use a smaller rank, or leave it out.");
        }
    }

    private void Add(Model model, string name, Tensor weight)
    {
        bool isTransposed = model is Gpt2Model;
        (int outputs, int inputs) = isTransposed ? (weight.Size(1), weight.Size(0)) : (weight.Size(0), weight.Size(1));
        Tensor a = model.Context.AllocateUntracked(new TensorShape(_options.Rank, inputs));
        Tensor b = model.Context.AllocateUntracked(new TensorShape(outputs, _options.Rank));
        AdapterInitialisation.Fill(a.Values, inputs, _options.Seed, name);
        b.Values.Clear();
        LowRankAdapter adapter = new(a, b, _options.Scale, isTransposed);
        weight.Adapter = adapter;
        _weights.Add(new AdaptedWeight(name, weight, adapter, _options.Scale, isTransposed));
    }
}
