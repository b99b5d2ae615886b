using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Binding;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Validation;

/// <summary>Checks parameters against the declarations of the document's method: names, places, types and ranges. No model is looked at.</summary>
internal sealed class ParameterCheck(RecipeProblems problems)
{
    /// <summary>Checks every parameter of a document.</summary>
    public void Check(RecipeDocument document)
    {
        if (document.Method is not { } method)
        {
            CheckWithoutMethod(document);
            return;
        }

        foreach (RecipeParameters common in CommonScopes(document))
        {
            Check(method, common, isModel: false);
        }

        foreach (RecipeSource source in document.Slices.SelectMany(slice => slice.Sources))
        {
            Check(method, source.Parameters, isModel: true);
            WarnOfBase(document, method, source);
        }
    }

    private static IEnumerable<RecipeParameters> CommonScopes(RecipeDocument document) =>
        [document.Parameters, .. document.Modules.Select(module => module.Parameters), .. document.Slices.Select(slice => slice.Parameters)];

    // A misspelt method hides its declarations; a value that no method takes is wrong all the same.
    private void CheckWithoutMethod(RecipeDocument document)
    {
        IEnumerable<RecipeParameters> scopes = CommonScopes(document).Concat(document.Slices.SelectMany(slice => slice.Sources).Select(source => source.Parameters));
        foreach (RecipeParameter parameter in scopes.SelectMany(scope => scope.Items))
        {
            if (document.Expression is not null)
            {
                problems.Error(parameter.Key, $"'{parameter.Name}' has no meaning beside 'expression'; write it into the expression.");
                continue;
            }

            MergeParameter[] declared = [.. MethodParameters.All.Select(pair => pair.Parameter).Where(known => known.Name == parameter.Name)];
            foreach (RecipeScalar scalar in parameter.Value.Scalars().Where(scalar => declared.Length > 0 && Array.TrueForAll(declared, known => ParameterText.Readable(known, scalar.Text) is null)))
            {
                problems.Error(scalar.Node, Describe(declared[0], scalar, "every method"));
            }
        }
    }

    private void Check(IMergeMethod method, RecipeParameters scope, bool isModel)
    {
        foreach (RecipeParameter parameter in scope.Items)
        {
            MergeParameter? declared = method.Parameters.FirstOrDefault(known => known.Name == parameter.Name);
            if (declared is null && IdleKeys.ReasonOf(parameter.Name) is { } reason)
            {
                problems.Warning(parameter.Key, $"'{parameter.Name}' does nothing under {method.Name}: {reason}.");
                continue;
            }

            if (declared is null)
            {
                string[] names = [.. method.Parameters.Select(known => known.Name)];
                string known = names.Length == 0 ? "It has none." : $"Its parameters are {string.Join(", ", names)}.";
                problems.Error(parameter.Key, $"The method {method.Name} has no parameter '{parameter.Name}'.{SimilarNames.Question(parameter.Name, names)} {known}");
                continue;
            }

            if (isModel && !declared.IsPerModel)
            {
                problems.Error(parameter.Key, $"'{parameter.Name}' is a parameter of the whole merge, not of a model: here it would do nothing. Move it to the top-level 'parameters'.");
            }

            CheckValue(method, declared, parameter.Value);
        }
    }

    private void CheckValue(IMergeMethod method, MergeParameter declared, RecipeValue value)
    {
        if (value.HasGradient && declared.Type is not "number")
        {
            problems.Error(value.Node, $"'{declared.Name}' of {method.Name} is no number ({declared.Type}), so it has no gradient over depth.");
            return;
        }

        foreach (RecipeScalar scalar in value.Scalars())
        {
            if (ParameterText.Readable(declared, scalar.Text) is null)
            {
                problems.Error(scalar.Node, Describe(declared, scalar, method.Name));
            }
            else
            {
                ValueAdvice.Give(declared, scalar, problems);
            }
        }
    }

    private static string Describe(MergeParameter declared, RecipeScalar scalar, string method)
    {
        string got = scalar.Node is YamlScalar node ? ScalarReader.Describe(node) : $"'{scalar.Text}'";
        string wanted = declared.Type switch
        {
            "number" when declared.Range.StartsWith('[') || declared.Range.StartsWith('(') => $"a number in {declared.Range}",
            "number" => declared.Range.Replace("any finite", "a finite", StringComparison.Ordinal),
            "choice" => $"one of {declared.Range}",
            "truth value" => "true or false",
            _ => $"{declared.Type}, {declared.Range}",
        };
        return $"'{declared.Name}' of {method} must be {wanted}; got {got}.{ValueAdvice.Percentage(declared, scalar)}";
    }

    private void WarnOfBase(RecipeDocument document, IMergeMethod method, RecipeSource source)
    {
        if (method.Base == BaseRole.Origin && source.Model.Text == document.Base?.Text && source.Parameters.Items is [var first, ..])
        {
            problems.Warning(first.Key, $"'{first.Name}' of the base '{source.Model.ShortName}' does nothing: {method.Name} starts from the base and weighs the differences of the others to it.");
        }
    }
}
