using System.Text.Json.Nodes;
using TaskVectors.Execution.Outputs;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Modules;
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
        foreach (PlannedModule module in plan.Modules)
        {
            SetLayers(changed, plan, module);
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

    private static void SetLayers(JsonObject config, DocumentPlan plan, PlannedModule module)
    {
        if (module is not { Before: { } before, LayerCount: { } count })
        {
            return;
        }

        if (module.Module.Recipe.IsDefault)
        {
            SetMainLayers(config, plan, module, before, count);
        }
        else if (module.IsSliced || count != before || CountsByDefault(plan, module))
        {
            ModuleConfig.Set(config, module.Module, before, count);
            SetLists(ModuleConfig.PartOf(config, module.Module), plan, module, before);
        }
    }

    // What a config leaves out of one module follows from another whose number changes.
    private static bool CountsByDefault(DocumentPlan plan, PlannedModule module) =>
        module.Module.Known is { ConfigParts.IsEmpty: true } && plan.Modules.Any(other => other.IsSliced || other.LayerCount != other.Before);

    private static void SetMainLayers(JsonObject config, DocumentPlan plan, PlannedModule module, int before, int count)
    {
        foreach (JsonObject part in module.IsSliced ? ConfigParts.OfLanguage(config) : [])
        {
            if (ConfigParts.LayerCount(part) == before && ConfigParts.LayerCountKey(part) is { } key)
            {
                part[key] = count;
                SetLists(part, plan, module, before);
            }
        }
    }

    private static void SetLists(JsonObject part, DocumentPlan plan, PlannedModule module, int before)
    {
        foreach (string list in ArchitectureFamilies.LayerListKeys.Where(list => part[list] is JsonArray values && values.Count == before))
        {
            part[list] = Stacked(plan, module, list) ?? part[list]!.DeepClone();
        }
    }

    // Each layer keeps what its own model says of it, as the first model of its slice has it.
    private static JsonArray? Stacked(DocumentPlan plan, PlannedModule module, string key)
    {
        var stacked = new JsonArray();
        foreach (Contribution contribution in ContributionsTo(plan, module))
        {
            JsonArray? own = PartsOf(contribution.Model.Config.Copy(), module.Module).Select(part => part[key]).OfType<JsonArray>().FirstOrDefault();
            int first = contribution.Layers?.First ?? 0;
            int end = contribution.Layers?.End ?? own?.Count ?? 0;
            if (own is null || own.Count < end)
            {
                return null;
            }

            for (int layer = first; layer < end; layer++)
            {
                stacked.Add(own[layer]?.DeepClone());
            }
        }

        return stacked;
    }

    private static IEnumerable<JsonObject> PartsOf(JsonObject config, MappedModule module) =>
        module.Recipe.IsDefault ? ConfigParts.OfLanguage(config) : [ModuleConfig.PartOf(config, module)];

    private static IEnumerable<Contribution> ContributionsTo(DocumentPlan plan, PlannedModule module)
    {
        var bySlice = new SortedDictionary<int, Contribution>();
        foreach (DocumentPlan part in plan.Merges)
        {
            IReadOnlyList<Contribution> contributions = (part.Base ?? part.Models[0]).Contributions;
            for (int slice = 0; slice < contributions.Count; slice++)
            {
                if (contributions[slice].Module.Name == module.Module.Recipe.Name)
                {
                    bySlice.Add(part.Document.Part?.Slices[slice] ?? slice, contributions[slice]);
                }
            }
        }

        return bySlice.Values;
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
