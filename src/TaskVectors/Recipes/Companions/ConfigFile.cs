using System.Text.Json.Nodes;
using TaskVectors.Execution.Outputs;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Companions;

/// <summary>Brings a model's <c>config.json</c> up to date with what is written: the number of layers, lists of one value a layer, and the dtype.</summary>
internal static class ConfigFile
{
    private static readonly string[] DTypeKeys = ["dtype", "torch_dtype"];

    /// <summary>The file as it goes along with the result of a plan.</summary>
    /// <param name="file">The anchor's config.</param>
    /// <param name="plan">The plan of the recipe's last document.</param>
    /// <param name="written">The dtype of most of what is written, or <see langword="null"/> where nothing can be said.</param>
    public static CompanionFile Adjust(CompanionFile file, DocumentPlan plan, DType? written)
    {
        ModelConfig config = plan.Anchor.Config;
        JsonObject changed = config.Copy();
        if (plan.LayerCount is { } layers)
        {
            SetLayers(changed, plan, layers);
        }

        if (written is { } dtype && NameOf(dtype) is { } name)
        {
            foreach (JsonObject part in ConfigParts.Of(changed))
            {
                SetDType(part, name);
            }
        }

        if (JsonNode.DeepEquals(changed, config.Copy()))
        {
            return file;
        }

        byte[] content = JsonFile.Encode(changed);
        return file with { Content = content, Length = content.Length };
    }

    private static void SetLayers(JsonObject config, DocumentPlan plan, int layers)
    {
        foreach (JsonObject part in ConfigParts.OfLanguage(config))
        {
            if (ConfigParts.LayerCount(part) is not { } count || ConfigParts.LayerCountKey(part) is not { } key || plan.Anchor.Layout.LayerCount != count)
            {
                continue;
            }

            part[key] = layers;
            foreach (string list in ArchitectureFamilies.LayerListKeys.Where(list => part[list] is JsonArray values && values.Count == count))
            {
                part[list] = Stacked(plan, list) ?? part[list]!.DeepClone();
            }
        }
    }

    // Each layer keeps what its own model says of it, as the first model of its slice has it.
    private static JsonArray? Stacked(DocumentPlan plan, string key)
    {
        var bySlice = new SortedDictionary<int, Contribution>();
        foreach (DocumentPlan part in plan.Merges)
        {
            IReadOnlyList<Contribution> contributions = (part.Base ?? part.Models[0]).Contributions;
            for (int slice = 0; slice < contributions.Count; slice++)
            {
                bySlice.Add(part.Document.Part?.Slices[slice] ?? slice, contributions[slice]);
            }
        }

        var stacked = new JsonArray();
        foreach (Contribution contribution in bySlice.Values)
        {
            JsonArray? own = ConfigParts.OfLanguage(contribution.Model.Config.Copy()).Select(part => part[key]).OfType<JsonArray>().FirstOrDefault();
            if (own is null || own.Count < contribution.Layers!.End)
            {
                return null;
            }

            for (int layer = contribution.Layers.First; layer < contribution.Layers.End; layer++)
            {
                stacked.Add(own[layer]?.DeepClone());
            }
        }

        return stacked;
    }

    private static void SetDType(JsonObject part, string name)
    {
        foreach (string key in DTypeKeys.Where(part.ContainsKey))
        {
            part[key] = name;
        }
    }

    private static string? NameOf(DType dtype) => dtype switch
    {
        DType.F64 => "float64",
        DType.F32 => "float32",
        DType.F16 => "float16",
        DType.BF16 => "bfloat16",
        _ => null,
    };
}
