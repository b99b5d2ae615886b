using TaskVectors.Models.Tokenizers.Models;

namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>The added tokens of native files.</summary>
internal static class NativeTokens
{
    /// <summary>The tokens of the settings, and those of the names that the vocabulary has, as special ones.</summary>
    public static List<AddedToken> Special(TokenVocabulary vocabulary, TokenizerSettings settings, params ReadOnlySpan<string> names)
    {
        List<AddedToken> tokens = [.. settings.AddedTokens];
        foreach (string name in names)
        {
            if (vocabulary.IdOf(name) is { } id && !tokens.Exists(token => token.Content == name))
            {
                tokens.Add(new AddedToken { Id = id, Content = name, IsSpecial = true });
            }
        }

        return tokens;
    }
}
