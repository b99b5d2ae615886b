using System.Collections.Immutable;

namespace TaskVectors.Tokenizers;

/// <summary>A chat template that a recipe can name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Text">The template, in Jinja.</param>
/// <param name="Tokens">The tokens that it writes and that a vocabulary should have.</param>
internal sealed record KnownChatTemplate(string Name, string Text, ImmutableArray<string> Tokens);
