namespace TaskVectors.Merging.Parameters;

/// <summary>
/// The declaration of a parameter of a merge method. Binding, error messages, <c>taskvec methods</c> and the documentation all come from it.
/// </summary>
/// <param name="Name">Its name: lower case, words joined by underscores.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
public abstract record MergeParameter(string Name, string Meaning)
{
    /// <summary>Whether every task vector may have a value of its own.</summary>
    public bool IsPerModel { get; init; }

    /// <summary>Whether it has no default.</summary>
    public abstract bool IsRequired { get; }

    /// <summary>The kind of value: <c>number</c>, <c>integer</c>, <c>truth value</c>, <c>choice</c>, <c>rank rule</c> or <c>patterns</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The values allowed, such as <c>(0, 1]</c>.</summary>
    public abstract string Range { get; }

    /// <summary>The default as text; empty where there is none.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Reads a value; <see langword="null"/> where the text is none of those allowed.</summary>
    internal abstract object? Read(string text);

    /// <summary>The default for a number of task vectors; <see langword="null"/> where there is none.</summary>
    internal abstract object? DefaultFor(int vectors);

    /// <summary>A value as it stands in an expression.</summary>
    internal abstract string Write(object value);
}
