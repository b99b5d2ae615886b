using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds one document of a recipe strictly: every key must be known, every value of its type.</summary>
internal sealed class DocumentBinder(RecipeProblems problems)
{
    private static readonly string[] MethodKeys = ["merge_method", "expression", "coefficients", "decompose"];

    private static readonly string[] PartKeys = ["models", "slices", "modules"];

    private readonly SliceBinder _slices = new(problems);
    private readonly ParameterBinder _parameters = new(problems);

    /// <summary>Binds a document.</summary>
    public RecipeDocument? Bind(YamlNode root)
    {
        if (root is YamlScalar { IsNull: true })
        {
            problems.Error(root, "The recipe is empty; it needs merge_method and models.");
            return null;
        }

        if (root is not YamlMapping mapping)
        {
            problems.Error(root, $"A recipe must be a mapping of keys to values, not {root.Description}.");
            return null;
        }

        mapping = WithoutNulls(mapping);
        RequireKnownKeys(mapping);
        RecipeDocument document = BindParts(mapping, new RecipeDocument { Node = mapping }) with
        {
            Name = mapping.Find("name") is { } name ? ScalarReader.Text(name, problems) : null,
            Base = _slices.BindReference(mapping.Find("base_model")),
            DType = DTypeOf(mapping.Find("dtype")),
            OutputDType = DTypeOf(mapping.Find("out_dtype")),
            Tokenizer = new TokenizerBinder(problems).Bind(mapping.Find("tokenizer"), mapping.Find("tokenizer_source")),
            ChatTemplate = mapping.Find("chat_template") is { } template ? ScalarReader.Text(template, problems) : null,
            Parameters = _parameters.Bind(mapping.Find("parameters")),
        };
        return BindMethod(mapping, document);
    }

    // A key that may be left out may be null, as programs write it that list every key; of models, slices and modules one must be more than that.
    private static YamlMapping WithoutNulls(YamlMapping mapping)
    {
        bool hasPart = mapping.Entries.Any(entry => PartKeys.Contains(entry.Name) && entry.Value is not YamlScalar { IsNull: true });
        return mapping with
        {
            Entries = [.. mapping.Entries.Where(entry => entry.Value is not YamlScalar { IsNull: true } || !(RecipeGrammar.OptionalKeys.Contains(entry.Name) || (hasPart && PartKeys.Contains(entry.Name))))],
        };
    }

    private void RequireKnownKeys(YamlMapping mapping)
    {
        YamlEntry[] own = [.. mapping.Entries.Where(entry => !entry.Name.StartsWith(RecipeGrammar.FreePrefix, StringComparison.Ordinal) && entry.Name != "tune")];
        RecipeGrammar.Document.RequireKnownKeys(
            mapping with { Entries = [.. own] },
            problems,
            key => MethodParameters.IsKnown(key) ? " It is a parameter of merge methods; parameters stand under 'parameters:'." : IdleKeys.HintFor(key));
        if (mapping.Find("tune") is { } tune)
        {
            problems.Error(tune.Key, "'tune' is not supported: a recipe's coefficients are given, not searched for.");
        }
    }

    private RecipeDocument BindParts(YamlMapping mapping, RecipeDocument document)
    {
        YamlEntry[] given = [.. PartKeys.Select(mapping.Find).OfType<YamlEntry>().OrderBy(entry => entry.Key.Line)];
        if (given.Length != 1)
        {
            YamlNode place = given.Length > 1 ? given[1].Key : mapping;
            problems.Error(place, $"Give exactly one of models, slices and modules; {(given.Length == 0 ? "none is given" : $"given are {string.Join(" and ", given.Select(entry => entry.Name))}")}.");
        }

        return given.Length == 0 ? document : BindPart(given[0], document);
    }

    private RecipeDocument BindPart(YamlEntry entry, RecipeDocument document) => entry.Name == "modules"
        ? document with { Slices = BindModules(entry) }
        : document with { Slices = _slices.Bind(entry, new RecipeModule(entry.Value, RecipeModule.Default, entry.Name == "slices", RecipeParameters.None)) };

    private ImmutableArray<RecipeSlice> BindModules(YamlEntry entry)
    {
        if (entry.Value is not YamlMapping modules)
        {
            problems.Error(entry.Value, $"'modules' must be a mapping of module names, not {entry.Value.Description}.");
            return [];
        }

        if (modules.Entries.IsEmpty)
        {
            problems.Error(modules, "'modules' is empty; a merge needs at least one.");
        }

        return [.. modules.Entries.SelectMany(module => BindModule(module))];
    }

    private ImmutableArray<RecipeSlice> BindModule(YamlEntry entry)
    {
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Error(entry.Value, $"The module '{entry.Name}' must be a mapping with models or slices, not {entry.Value.Description}.");
            return [];
        }

        mapping = mapping with { Entries = [.. mapping.Entries.Where(inner => inner.Value is not YamlScalar { IsNull: true })] };
        RecipeGrammar.Module.RequireKnownKeys(mapping, problems, SliceBinder.MisplacedParameter);
        YamlEntry[] parts = [.. PartKeys.Take(2).Select(mapping.Find).OfType<YamlEntry>()];
        if (parts is not [var part])
        {
            problems.Error(mapping, $"The module '{entry.Name}' needs exactly one of models and slices.");
            return [];
        }

        return _slices.Bind(part, new RecipeModule(entry.Key, entry.Name, part.Name == "slices", _parameters.Bind(mapping.Find("parameters"))));
    }

    private DType? DTypeOf(YamlEntry? entry)
    {
        if (entry is null || ScalarReader.Text(entry, problems) is not { } text)
        {
            return null;
        }

        if (RecipeDTypes.Find(text.Text) is { } dtype)
        {
            return dtype;
        }

        string names = string.Join(", ", RecipeDTypes.Names);
        problems.Error(text, RecipeDTypes.IsWhole(text.Text)
            ? $"'{entry.Name}' is '{text.Text}', and weights take no part in arithmetic as whole numbers; the dtypes are {names}."
            : $"There is no dtype '{text.Text}'.{RecipeDTypes.Question(text.Text)} The dtypes are {names}.");
        return null;
    }

    private RecipeDocument BindMethod(YamlMapping mapping, RecipeDocument document)
    {
        YamlEntry[] given = [.. MethodKeys.Select(mapping.Find).OfType<YamlEntry>().OrderBy(entry => entry.Key.Line)];
        if (given.Length != 1)
        {
            string what = given.Length == 0 ? "merge_method is missing; 'taskvec methods' lists the methods." : $"Give one of {string.Join(", ", MethodKeys)}; given are {string.Join(" and ", given.Select(entry => entry.Name))}.";
            problems.Error(given.Length == 0 ? mapping : given[1].Key, what);
            return document;
        }

        if (mapping.Find("components") is { } components && given[0].Name != "decompose")
        {
            problems.Error(components.Key, "'components' are those of 'decompose'; give both.");
        }

        return given[0].Name switch
        {
            "merge_method" => BindNamedMethod(given[0], document),
            "expression" => document with { Expression = ScalarReader.Text(given[0], problems), MethodNode = given[0].Value },
            _ => new OwnMethodBinder(problems).Bind(given[0], mapping.Find("components"), document),
        };
    }

    private RecipeDocument BindNamedMethod(YamlEntry entry, RecipeDocument document)
    {
        if (ScalarReader.Text(entry, problems) is not { } name)
        {
            return document;
        }

        string[] known = [.. MergeMethods.All.Select(method => method.Name)];
        IMergeMethod? found = MergeMethods.All.FirstOrDefault(method => method.Name == name.Text);
        if (found is null)
        {
            problems.Error(name, $"There is no merge_method '{name.Text}'.{SimilarNames.Question(name.Text, known)} The methods are {string.Join(", ", known)}.");
        }

        return document with { Method = found, MethodNode = name };
    }
}
