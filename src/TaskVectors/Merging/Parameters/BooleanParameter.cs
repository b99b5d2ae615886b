namespace TaskVectors.Merging.Parameters;

/// <summary>A parameter that is true or false; <c>yes</c>, <c>on</c> and <c>no</c>, <c>off</c> are the same.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
/// <param name="Default">The default.</param>
public sealed record BooleanParameter(string Name, string Meaning, bool Default) : MergeParameter<bool>(Name, Meaning)
{
    private const string True = "true";
    private const string False = "false";

    /// <inheritdoc/>
    public override bool IsRequired => false;

    /// <inheritdoc/>
    public override string Type => "truth value";

    /// <inheritdoc/>
    public override string Range => "true or false";

    /// <inheritdoc/>
    public override string DefaultText => Default ? True : False;

    internal override object? Read(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" => true,
        "FALSE" or "NO" or "OFF" => false,
        _ => null,
    };

    internal override object? DefaultFor(int vectors) => Default;

    internal override string Write(object value) => (bool)value ? True : False;
}
