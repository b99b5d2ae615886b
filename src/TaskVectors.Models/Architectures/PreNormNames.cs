namespace TaskVectors.Models.Architectures;

/// <summary>The names of the parts of a <see cref="PreNormBlock"/>, without <c>.weight</c> and <c>.bias</c>.</summary>
internal sealed record PreNormNames(
    string FirstNorm, string Query, string Key, string Value, string Attention, string SecondNorm, string Inner, string Outer);
