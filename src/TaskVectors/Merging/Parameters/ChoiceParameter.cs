namespace TaskVectors.Merging.Parameters;

/// <summary>A parameter that is one of a few words: the members of an enumeration in lower case.</summary>
/// <typeparam name="TChoice">The enumeration.</typeparam>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
/// <param name="Default">The default.</param>
public sealed record ChoiceParameter<TChoice>(string Name, string Meaning, TChoice Default) : MergeParameter<TChoice>(Name, Meaning)
    where TChoice : struct, Enum
{
    /// <inheritdoc/>
    public override bool IsRequired => false;

    /// <inheritdoc/>
    public override string Type => "choice";

    /// <inheritdoc/>
    public override string Range => string.Join(", ", OptionNames.All<TChoice>());

    /// <inheritdoc/>
    public override string DefaultText => OptionNames.Of(Default);

    internal override object? Read(string text) => OptionNames.TryParse(text, out TChoice value) ? value : null;

    internal override object? DefaultFor(int vectors) => Default;

    internal override string Write(object value) => OptionNames.Of((TChoice)value);
}
