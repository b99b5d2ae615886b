using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Planning;

/// <summary>Looks values up: in the model's parameters first, then in those of the slice, of the module and of the document.</summary>
internal sealed class SettingLookup(RecipeDocument document)
{
    /// <summary>The value of a parameter for a tensor and a model, or for all models; <see langword="null"/> where none is given.</summary>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="place">The tensor.</param>
    /// <param name="source">The model's entry; <see langword="null"/> for all models.</param>
    public string? Find(string parameter, TensorPlace place, RecipeSource? source) =>
        Scopes(place.Slice, source)
            .Select(scope => scope.Find(parameter)?.Value.Evaluate(place))
            .FirstOrDefault(value => value is not null);

    /// <summary>Whether a value for a tensor and a model is given in a form that cannot be read, which has been reported.</summary>
    public bool IsUnreadable(string parameter, TensorPlace place, RecipeSource? source) => Scopes(place.Slice, source).Any(scope => scope.Hides(parameter));

    private IEnumerable<RecipeParameters> Scopes(int slice, RecipeSource? source)
    {
        if (source is not null)
        {
            yield return source.Parameters;
        }

        yield return document.Slices[slice].Parameters;
        yield return document.Slices[slice].Module.Parameters;
        yield return document.Parameters;
    }
}
