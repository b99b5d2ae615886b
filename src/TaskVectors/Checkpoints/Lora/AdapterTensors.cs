using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>Sorts the tensors of an adapter's file by what they are, and joins those that belong together.</summary>
internal sealed class AdapterTensors
{
    /// <summary>Names of embeddings and output heads, which PEFT saves in full when the vocabulary grew, without listing them.</summary>
    private static readonly string[] EmbeddingNames =
        ["embed_tokens", "lm_head", "wte", "word_embeddings", "shared", "embed_in", "embed_out", "embeddings"];

    /// <summary>Names of the heads that PEFT saves for a classification task.</summary>
    private static readonly string[] ClassifierNames = ["classifier", "score", "qa_outputs"];

    private readonly LoraConfig _config;
    private readonly CheckpointSource _weights;
    private readonly string _file;
    private readonly List<(TensorInfo Tensor, AdapterTensorName Name)> _tensors = [];
    private readonly Dictionary<(string Module, AdapterTensorRole Role), TensorInfo> _byRole = [];

    public AdapterTensors(LoraConfig config, CheckpointSource weights)
    {
        _config = config;
        _weights = weights;
        _file = weights.Path;
    }

    /// <summary>One change for each tensor of the base that the adapter touches, in the order of the file.</summary>
    /// <exception cref="LoraException">A tensor is missing, surplus, or does not fit the others or the configuration.</exception>
    public IReadOnlyList<TensorChange> Changes()
    {
        Sort();
        var changes = new Dictionary<string, TensorChange>(StringComparer.Ordinal);
        foreach ((TensorInfo tensor, AdapterTensorName name) in _tensors)
        {
            if (ChangeOf(tensor, name) is { } change && !changes.TryAdd(change.Name, change))
            {
                throw new LoraException(
                    LoraError.ChangedTwice,
                    _file,
                    $"tensor {QuotedName.Of(tensor.Name)} is a second change of {QuotedName.Of(change.Name)}.",
                    tensor.Name);
            }
        }

        return changes.Count > 0
            ? [.. changes.Values]
            : throw new LoraException(LoraError.NoTensors, _file, "the adapter has no tensors that change anything. Download it again.");
    }

    private void Sort()
    {
        foreach (TensorInfo tensor in _weights.Tensors)
        {
            if (!AdapterTensorName.TryParse(tensor.Name, out AdapterTensorName? name))
            {
                throw Unknown(tensor, string.Empty);
            }

            LoraModule.RequireFloat(_file, tensor);
            _tensors.Add((tensor, name));
            bool isOnly = name.Role < AdapterTensorRole.BaseLayer || name is { Role: AdapterTensorRole.BaseLayer, Parameter: "weight" };
            if (isOnly && !_byRole.TryAdd((name.Module, name.Role), tensor))
            {
                throw new LoraException(
                    LoraError.ChangedTwice,
                    _file,
                    $"module {QuotedName.Of(name.Module)} has two tensors for the role of {QuotedName.Of(tensor.Name)}.",
                    tensor.Name);
            }
        }
    }

    private TensorChange? ChangeOf(TensorInfo tensor, AdapterTensorName name) => name.Role switch
    {
        AdapterTensorRole.A => Factored(name, AdapterTensorRole.A, AdapterTensorRole.B),
        AdapterTensorRole.EmbeddingA => Factored(name, AdapterTensorRole.EmbeddingA, AdapterTensorRole.EmbeddingB),
        AdapterTensorRole.B => RequireOther(tensor, name, AdapterTensorRole.A),
        AdapterTensorRole.EmbeddingB => RequireOther(tensor, name, AdapterTensorRole.EmbeddingA),
        AdapterTensorRole.BiasOfB => BiasOfB(tensor, name),
        AdapterTensorRole.Magnitude => RequireDora(tensor, name),
        AdapterTensorRole.BaseLayer => BaseLayer(tensor, name),
        AdapterTensorRole.Saved => IsExpected(name) ? Saved(tensor, name) : throw Unknown(
            tensor, " It has no factors, and the configuration lists it neither as a module to save nor as a bias."),
        AdapterTensorRole.SavedInWrapper => HasPlainCopy(name) ? null : Saved(tensor, name),
        _ => null,
    };

    private TensorChange Factored(AdapterTensorName name, AdapterTensorRole first, AdapterTensorRole second)
    {
        TensorInfo a = _byRole[(name.Module, first)];
        if (!_byRole.TryGetValue((name.Module, second), out TensorInfo? b))
        {
            throw Missing(a, name.Module, second.ToString());
        }

        if (!_config.Targets.Include(name.Module))
        {
            throw new LoraException(
                LoraError.TargetMismatch,
                _file,
                $"the file has factors of module {QuotedName.Of(name.Module)}, which the target_modules, exclude_modules or "
                + $"layers_to_transform of {LoraConstants.ConfigFile} leave out. "
                + "The file and the configuration do not belong together.",
                a.Name);
        }

        var module = LoraModule.Create(_file, name.Module, first == AdapterTensorRole.EmbeddingA, a, b, _config);
        return new TensorChange { Name = name.Target, Module = module, Magnitude = MagnitudeOf(module), BaseCopy = BaseCopyOf(module) };
    }

    private TensorInfo? MagnitudeOf(LoraModule module)
    {
        if (!_config.UsesDora)
        {
            return null;
        }

        if (!_byRole.TryGetValue((module.Name, AdapterTensorRole.Magnitude), out TensorInfo? magnitude))
        {
            throw new LoraException(
                LoraError.MissingMagnitude,
                _file,
                $"the configuration says use_dora, and module {QuotedName.Of(module.Name)} has no lora_magnitude_vector.",
                module.A.Name);
        }

        return magnitude.ElementCount == module.Outputs
            ? magnitude
            : throw new LoraException(
                LoraError.ShapeMismatch,
                _file,
                $"tensor {QuotedName.Of(magnitude.Name)} of {magnitude.Shape} should have one magnitude for each of "
                + $"{module.Outputs} channels.",
                magnitude.Name);
    }

    private TensorInfo? BaseCopyOf(LoraModule module)
    {
        TensorInfo? copy = _byRole.GetValueOrDefault((module.Name, AdapterTensorRole.BaseLayer));
        return copy is null || copy.Shape == module.WeightShape || copy.Shape == (module with { Kind = LoraLayerKind.TransposedLinear }).WeightShape
            ? copy
            : throw new LoraException(
                LoraError.ShapeMismatch,
                _file,
                $"tensor {QuotedName.Of(copy.Name)} of {copy.Shape} does not fit the factors, which make {module.WeightShape}.",
                copy.Name);
    }

    private TensorChange? RequireOther(TensorInfo tensor, AdapterTensorName name, AdapterTensorRole other) =>
        _byRole.ContainsKey((name.Module, other)) ? null : throw Missing(tensor, name.Module, other.ToString());

    private TensorChange BiasOfB(TensorInfo tensor, AdapterTensorName name)
    {
        if (!_config.HasLoraBias || !_byRole.TryGetValue((name.Module, AdapterTensorRole.B), out TensorInfo? b))
        {
            throw Unknown(tensor, " The configuration does not say lora_bias, or the module has no B.");
        }

        return tensor.Shape == new TensorShape(b.Shape[0])
            ? new TensorChange { Name = name.Target, Addition = tensor, AdditionScale = _config.ScaleOf(name.Module) }
            : throw new LoraException(
                LoraError.ShapeMismatch,
                _file,
                $"tensor {QuotedName.Of(tensor.Name)} of {tensor.Shape} should have one value for each of {b.Shape[0]} outputs.",
                tensor.Name);
    }

    private TensorChange? RequireDora(TensorInfo tensor, AdapterTensorName name) => _config.UsesDora && IsAdapted(name.Module)
        ? null
        : throw Unknown(tensor, " The configuration does not say use_dora, or the module has no factors.");

    // The weight of an adapted module goes with its factors.
    private TensorChange? BaseLayer(TensorInfo tensor, AdapterTensorName name) =>
        !IsAdapted(name.Module) ? throw Unknown(tensor, " Its module has no factors.")
        : name.Parameter == "weight" ? null
        : Saved(tensor, name);

    private static TensorChange Saved(TensorInfo tensor, AdapterTensorName name) => new() { Name = name.Target, Copy = tensor };

    private bool HasPlainCopy(AdapterTensorName name) => _weights.TryGetTensor(LoraConstants.NamePrefix + name.Target, out _);

    private bool IsAdapted(string module) =>
        _byRole.ContainsKey((module, AdapterTensorRole.A)) || _byRole.ContainsKey((module, AdapterTensorRole.EmbeddingA));

    private bool IsExpected(AdapterTensorName name)
    {
        if (_config.StoresBiases && name.Parameter.Contains("bias", StringComparison.Ordinal))
        {
            return true;
        }

        string[] parts = name.Module.Split('.');
        return parts.Any(part => EmbeddingNames.Contains(part) || (_config.HasClassifier && ClassifierNames.Contains(part)))
            || Enumerable.Range(1, parts.Length)
                .Select(count => string.Join('.', parts[..count]))
                .Any(ancestor => _config.ModulesToSave.Any(saved => ancestor.EndsWith(saved, StringComparison.Ordinal)));
    }

    private LoraException Missing(TensorInfo tensor, string module, string role) => new(
        LoraError.MissingFactor,
        _file,
        $"module {QuotedName.Of(module)} has tensor {QuotedName.Of(tensor.Name)} and no "
        + $"lora_{(role.StartsWith('E') ? $"embedding_{role[^1]}" : role)} to go with it. Download the adapter again.",
        tensor.Name);

    private LoraException Unknown(TensorInfo tensor, string reason) => new(
        LoraError.UnknownTensor,
        _file,
        $"tensor {QuotedName.Of(tensor.Name)} is no part of a LoRA adapter that is known here.{reason} A part of the adapter would "
        + "be lost; merge it with PEFT and use the merged model.",
        tensor.Name);
}
