using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// Reads an <c>adapter_config.json</c>, strictly: what changes the merged weights must be there and of the right type, and variants of
/// LoRA that would be merged wrongly are refused by name. Fields that only concern training are ignored.
/// </summary>
internal sealed class LoraConfigReader
{
    private const int MaximumDepth = 64;

    /// <summary>Variants whose weights are not W + s B A, by field, when the field is set.</summary>
    private static readonly (string Field, string Meaning)[] UnsupportedFields =
    [
        ("trainable_token_indices", "single rows of the embedding are trained besides LoRA"),
        ("target_parameters", "LoRA of bare parameters (mixture-of-experts weights)"),
        ("layer_replication", "the adapted model repeats layers of the base"),
        ("alora_invocation_tokens", "activated LoRA, which applies to some tokens only and cannot be merged"),
        ("arrow_config", "adapters chosen at each token, which cannot be merged"),
        ("use_qalora", "QALoRA, with grouped inputs"),
        ("use_bdlora", "block-diagonal LoRA"),
        ("kasa_config", "KaSA, with singular values between the factors"),
        ("monteclora_config", "MonteCLoRA, with sampled factors"),
    ];

    /// <summary>Initialisations that change the base: factors saved with them are relative to a base that is not the stored one.</summary>
    private static readonly string[] BaseChangingInitialisations = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    private readonly string _file;
    private readonly JsonElement _root;

    private LoraConfigReader(string file, JsonElement root)
    {
        _file = file;
        _root = root;
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="LoraException">It is missing, malformed, or asks for something unsupported.</exception>
    public static LoraConfig Read(string path)
    {
        using JsonDocument document = Parse(path);
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new LoraConfigReader(path, document.RootElement).Read()
                : throw new LoraException(LoraError.InvalidConfig, path, "the configuration is not a JSON object.");
        }
        catch (InvalidOperationException e)
        {
            throw new LoraException(LoraError.InvalidConfig, path, "the configuration holds text that is not valid Unicode.", innerException: e);
        }
    }

    private static JsonDocument Parse(string path)
    {
        using var file = InputFile.Open(path);
        if (file.Length > LoraConstants.MaximumConfigBytes)
        {
            throw new LoraException(LoraError.InvalidConfig, path, string.Create(
                CultureInfo.InvariantCulture, $"the configuration has {file.Length} bytes, and {LoraConstants.MaximumConfigBytes} are allowed."));
        }

        byte[] json = new byte[file.Length];
        int read = file.Read(0, json);
        try
        {
            return JsonDocument.Parse(json.AsMemory(0, read), new JsonDocumentOptions { MaxDepth = MaximumDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new LoraException(
                LoraError.InvalidConfig,
                path,
                $"the configuration is not valid JSON (NaN and Infinity are not allowed in it); download it again. {e.Message}",
                innerException: e);
        }
    }

    private LoraConfig Read()
    {
        CheckType();
        CheckFeatures();
        int rank = Rank(Required("r"), "r");
        double alpha = Number(Required("lora_alpha"), "lora_alpha");
        string bias = Text("bias") ?? "none";
        if (bias is not ("none" or "all" or "lora_only"))
        {
            throw Invalid("bias", "must be none, all or lora_only");
        }

        return new LoraConfig
        {
            File = _file,
            Rank = rank,
            Alpha = alpha,
            RankPatterns = Patterns("rank_pattern", (value, name) => Rank(value, name)),
            AlphaPatterns = Patterns("alpha_pattern", Number),
            UsesRankStabilisedScale = Flag("use_rslora"),
            UsesDora = Flag("use_dora"),
            IsFanInFanOut = Flag("fan_in_fan_out"),
            StoresBiases = bias != "none",
            HasLoraBias = Flag("lora_bias"),
            ModulesToSave = Names("modules_to_save") ?? [],
            HasClassifier = Text("task_type") is "SEQ_CLS" or "TOKEN_CLS" or "QUESTION_ANS",
            BaseName = Text("base_model_name_or_path") is { Length: > 0 } name ? name : null,
            Targets = Targets(),
        };
    }

    private void CheckType()
    {
        if (Text("peft_type") is not { } type)
        {
            throw Invalid("peft_type", "is missing; this reader needs to know that the adapter is LoRA");
        }

        if (type != LoraConstants.PeftType)
        {
            throw new LoraException(
                LoraError.UnsupportedType,
                _file,
                $"the adapter is of the kind {QuotedName.Of(type)}; only LORA is supported. Merge it with PEFT and use the merged model.");
        }
    }

    private void CheckFeatures()
    {
        foreach ((string field, string meaning) in UnsupportedFields)
        {
            if (IsSet(field))
            {
                throw new LoraException(
                    LoraError.UnsupportedFeature,
                    _file,
                    $"{field} is set: {meaning}. This is not supported; merge the adapter with PEFT and use the merged model.");
            }
        }

        if (_root.TryGetProperty("init_lora_weights", out JsonElement initialisation)
            && initialisation.ValueKind == JsonValueKind.String
            && BaseChangingInitialisations.FirstOrDefault(name => initialisation.GetString()!.StartsWith(name, StringComparison.OrdinalIgnoreCase)) is { } changing)
        {
            throw new LoraException(
                LoraError.UnsupportedFeature,
                _file,
                $"init_lora_weights is {changing}, which changes the base: the factors are relative to a base that is not stored. "
                + "Save the adapter with path_initial_model_for_weight_conversion, which makes it a plain LoRA of the original base.");
        }
    }

    private LoraTargets Targets()
    {
        string? expression = TextOnly("target_modules");
        string? excluded = TextOnly("exclude_modules");
        ImmutableArray<string>? layerNames = Names("layers_pattern");
        return new LoraTargets
        {
            Names = expression is null ? Names("target_modules") : null,
            Expression = expression is null or "all-linear" ? null : ModulePattern.OfWholeName(expression, _file),
            ExcludedNames = excluded is null ? Names("exclude_modules") ?? [] : [],
            ExcludedExpression = excluded is null ? null : ModulePattern.OfWholeName(excluded, _file),
            Layers = Layers(),
            LayerPatterns = layerNames is { Length: > 0 } names
                ? [.. names.Select(name => ModulePattern.OfLayer(name, _file))]
                : [ModulePattern.OfLayer(null, _file)],
        };
    }

    private ImmutableArray<int>? Layers()
    {
        if (!TryGet("layers_to_transform", out JsonElement layers))
        {
            return null;
        }

        IEnumerable<JsonElement> elements = layers.ValueKind == JsonValueKind.Array ? layers.EnumerateArray() : [layers];
        return [.. elements.Select(element => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int index)
            ? index
            : throw Invalid("layers_to_transform", "must be an index or a list of indices"))];
    }

    private ImmutableArray<(ModulePattern Pattern, double Value)> Patterns(string field, Func<JsonElement, string, double> read)
    {
        if (!TryGet(field, out JsonElement patterns))
        {
            return [];
        }

        return patterns.ValueKind == JsonValueKind.Object
            ? [.. patterns.EnumerateObject().Select(entry => (ModulePattern.OfKey(entry.Name, _file), read(entry.Value, $"{field}[{QuotedName.Of(entry.Name)}]")))]
            : throw Invalid(field, "must be an object");
    }

    private JsonElement Required(string field) =>
        TryGet(field, out JsonElement value) ? value : throw Invalid(field, "is missing, and the scale of the adapter depends on it");

    private int Rank(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int rank) && rank > 0
            ? rank
            : throw Invalid(field, "must be a whole number of at least 1");

    private double Number(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Invalid(field, "must be a finite number");

    private bool Flag(string field) => TryGet(field, out JsonElement value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Invalid(field, "must be true or false"),
    };

    private string? Text(string field)
    {
        if (!TryGet(field, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Invalid(field, "must be text");
    }

    // A field that may hold one expression or a list of names.
    private string? TextOnly(string field) =>
        TryGet(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : null;

    private ImmutableArray<string>? Names(string field)
    {
        if (!TryGet(field, out JsonElement value))
        {
            return null;
        }

        IEnumerable<JsonElement> elements = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        return [.. elements.Select(element => element.ValueKind == JsonValueKind.String
            ? element.GetString()!
            : throw Invalid(field, "must be text or a list of texts"))];
    }

    private bool IsSet(string field) => TryGet(field, out JsonElement value) && value.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    private bool TryGet(string field, out JsonElement value) =>
        _root.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private LoraException Invalid(string field, string message) => new(LoraError.InvalidConfig, _file, $"{field} {message}.");
}
