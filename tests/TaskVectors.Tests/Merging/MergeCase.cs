using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Tests.Merging;

/// <summary>A merge of golden models.</summary>
/// <param name="Method">The method.</param>
/// <param name="Base">The name of the base, if there is one.</param>
/// <param name="Models">The names of the models.</param>
/// <param name="Settings">Parameters separated by blanks: <c>name=value</c>, or <c>name[model]=value</c>.</param>
internal sealed record MergeCase(string Method, string? Base, string[] Models, string Settings)
{
    public Checkpoint Compose() => MergeMethods.Find(Method).Compose(
        Base is null ? null : Model(Base), [.. Models.Select(Model)], Parameters(Settings));

    public static ConstantParameters Parameters(string settings) => new([.. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Setting)]);

    public static Checkpoint Model(string name) => Checkpoint.Open(GoldenPath.Of("merge", "models", name));

    private static MergeSetting Setting(string text)
    {
        string[] parts = text.Split('=', '[', ']');
        return parts.Length == 2 ? new MergeSetting(parts[0], parts[1]) : new MergeSetting(parts[0], parts[3], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
