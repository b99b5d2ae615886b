using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Cli.Models;

/// <summary>The settings <c>NAME.statistics=PATH</c> of a merge: files that are opened beside the models, rather than values of a method's parameters.</summary>
internal static class StatisticsSettings
{
    private const string Suffix = "." + StatisticsParameter.ParameterName;

    /// <summary>Whether a setting names statistics of a model, and the method takes any.</summary>
    public static bool IsOne(string setting, string? method) => method is not null && MergeMethods.Find(method).Statistics is not null && NameOf(setting).EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The files, each named after its model.</summary>
    public static IEnumerable<ModelReference> References(IEnumerable<string> settings, string? method) =>
        settings.Where(setting => IsOne(setting, method)).Select(setting => new ModelReference(NameOf(setting), setting[(NameOf(setting).Length + 1)..], IsOffered: true));

    /// <summary>The names of the statistics of each model, as they stand in an expression; none for a method that needs none.</summary>
    /// <exception cref="MergeException">Those of a model are missing, or there is no such model.</exception>
    public static IEnumerable<string> Names(IMergeMethod method, IReadOnlyList<OpenedModel> operands, ModelSet models)
    {
        if (method.Statistics is not { } kind)
        {
            return [];
        }

        OpenedModel?[] found = [.. operands.Select(operand => models.Models.FirstOrDefault(model => model.Name == operand.Name + Suffix))];
        if (Array.IndexOf(found, null) is >= 0 and int missing)
        {
            string name = Printable.Of(operands[missing].Name);
            throw new MergeException(
                MergeError.MissingParameter,
                $"The method {method.Name} needs statistics of '{name}': --set {name}.statistics=FILE, a file that 'taskvec statistics --kind {OptionNames.Of(kind)}' has made of it.");
        }

        OpenedModel? odd = models.Models.FirstOrDefault(model => model.IsOffered && model.Name.EndsWith(Suffix, StringComparison.Ordinal) && !found.Contains(model));
        return odd is null
            ? found.Select(model => model!.Quoted)
            : throw new UsageException(
                $"'{Printable.Of(odd.Name[..^Suffix.Length])}' is none of the models merged: {string.Join(", ", operands.Select(operand => Printable.Of(operand.Name)))}.");
    }

    private static string NameOf(string setting) => setting.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals ? setting[..equals] : string.Empty;
}
