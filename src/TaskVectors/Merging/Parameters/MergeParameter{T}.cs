namespace TaskVectors.Merging.Parameters;

/// <summary>The declaration of a parameter with values of a type; its values come from <see cref="MergeArguments"/>.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
public abstract record MergeParameter<T>(string Name, string Meaning) : MergeParameter(Name, Meaning)
    where T : notnull;
