using System.Text.Json;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// What is said of each class, for zero-shot classification: a class stands at the mean of the embeddings of its prompts, scaled to length 1,
/// and its score is the cosine with the example's embedding.
/// </summary>
public sealed class PromptSet
{
    /// <summary>Where a template has the name of the class.</summary>
    public const string Placeholder = "{}";

    private readonly IReadOnlyList<IReadOnlyList<string>> _prompts;

    private PromptSet(IReadOnlyList<string> classNames, IReadOnlyList<IReadOnlyList<string>> prompts)
    {
        ClassNames = classNames;
        _prompts = prompts;
    }

    /// <summary>The classes; a label is an index here.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Makes prompts of names and templates such as <c>a photo of a {}</c>.</summary>
    /// <param name="classNames">The classes.</param>
    /// <param name="templates">At least one, each with the placeholder <c>{}</c>.</param>
    /// <exception cref="DataException">There are no classes or templates, or one lacks the placeholder.</exception>
    public static PromptSet Create(IReadOnlyList<string> classNames, IReadOnlyList<string> templates)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(templates);
        if (templates.FirstOrDefault(template => !template.Contains(Placeholder, StringComparison.Ordinal)) is { } wrong)
        {
            throw new DataException("data.prompts", $"The template '{wrong}' has no {Placeholder} where the name of the class goes.");
        }

        return Create([.. classNames.Select(name =>
            (name, (IReadOnlyList<string>)[.. templates.Select(template => template.Replace(Placeholder, name, StringComparison.Ordinal))]))]);
    }

    /// <summary>Takes the prompts of each class.</summary>
    /// <param name="prompts">Names and prompts, at least one each.</param>
    /// <exception cref="DataException">There are fewer than two classes, two of one name, or one without prompts.</exception>
    public static PromptSet Create(IReadOnlyList<(string ClassName, IReadOnlyList<string> Prompts)> prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        string[] names = [.. prompts.Select(prompt => prompt.ClassName)];
        if (names.Length < 2 || names.Distinct(StringComparer.Ordinal).Count() < names.Length)
        {
            throw new DataException("data.prompts", $"Prompts are of at least two classes with names of their own; these are {string.Join(", ", names)}.");
        }

        return prompts.FirstOrDefault(prompt => prompt.Prompts.Count == 0).ClassName is { } empty
            ? throw new DataException("data.prompts", $"The class '{empty}' has no prompts.")
            : new PromptSet(names, [.. prompts.Select(prompt => prompt.Prompts)]);
    }

    /// <summary>Reads a JSON object of class names with a prompt or an array of prompts each; labels number the classes in the file's order.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static PromptSet Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(DataFile.ReadAll(file));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Create([.. document.RootElement.EnumerateObject().Select(property => (property.Name, Texts(file, property)))])
                : throw Malformed(file);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw DataException.About(file, "data.malformed", $"it is not valid JSON: {failure.Message}", failure);
        }
        catch (DataException failure) when (failure.File is null)
        {
            throw DataException.About(file, failure.Kind, failure.Message, failure);
        }
    }

    /// <summary>The number of each of a data set's classes; null where a name is not among <see cref="ClassNames"/>.</summary>
    /// <param name="names">What the data set calls its classes.</param>
    public IReadOnlyList<int>? ClassesOf(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        string[] known = [.. ClassNames];
        int[] numbers = [.. names.Select(name => Array.IndexOf(known, name))];
        return numbers.Contains(-1) ? null : numbers;
    }

    /// <summary>Encodes the prompts with a model. To keep a head while the model is edited, encode it once, with the base.</summary>
    /// <param name="model">A model with embeddings of texts.</param>
    /// <param name="tokenizer">Its tokenizer; truncation is the tokenizer's own.</param>
    /// <returns>A head of cosines.</returns>
    /// <exception cref="ModelException">The model has no embeddings of texts.</exception>
    public FrozenHead Encode(Model model, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        using IDisposable inference = model.Context.BeginInference();
        float[][] directions = [.. _prompts.Select(prompts => Direction(model, tokenizer, prompts))];
        return new FrozenHead([.. directions.SelectMany(direction => direction)], null, directions.Length, isCosine: true);
    }

    private static float[] Direction(Model model, Tokenizer tokenizer, IReadOnlyList<string> prompts)
    {
        int longest = tokenizer.Truncation?.MaximumLength ?? int.MaxValue;
        TextExamples examples = TextExamples.From(prompts, new int[prompts.Count], tokenizer, longest);
        using TensorScope scope = model.Context.BeginScope();
        int[] all = [.. Enumerable.Range(0, prompts.Count)];
        Tensor embeddings = TextClassificationEvaluator.Embed(model, examples.Batch(all));
        int width = embeddings.Size(-1);
        double[] sum = new double[width];
        for (int i = 0; i < embeddings.Count; i++)
        {
            sum[i % width] += embeddings.Values[i];
        }

        double length = Math.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => (float)(value / length))];
    }

    private static IReadOnlyList<string> Texts(string file, JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => [property.Value.GetString()!],
        JsonValueKind.Array => [.. property.Value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Malformed(file))],
        _ => throw Malformed(file),
    };

    private static DataException Malformed(string file) =>
        DataException.About(file, "data.malformed", "it must be a JSON object of class names with a prompt, or an array of prompts, each.");
}
