using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Planning;

/// <summary>Values of parameters as recipes write them, in the words that the declarations read: <c>no</c> and 0 are false where a truth value is wanted.</summary>
internal static class ParameterText
{
    /// <summary>The text that the parameter reads, or <see langword="null"/> where it reads none such.</summary>
    public static string? Readable(MergeParameter parameter, string text)
    {
        if (parameter.Read(text) is not null)
        {
            return text;
        }

        string? truth = new YamlScalar(0, 0, text, IsPlain: true).TruthOrBit switch
        {
            true => "true",
            false => "false",
            null => null,
        };
        return truth is not null && parameter.Read(truth) is not null ? truth : null;
    }
}
