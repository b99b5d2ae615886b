using System.Text.Json;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Tests.Evaluation;

/// <summary>A vocabulary of letters with the ids that the small CLIP models have for the start (97) and the end (98) of a text.</summary>
internal static class ClipVocabulary
{
    private const int StartId = 97;

    public static Tokenizer Write(string folder)
    {
        Dictionary<string, int> ids = [];
        foreach (string ending in (string[])["", "</w>"])
        {
            for (char letter = 'a'; letter <= 'z'; letter++)
            {
                ids.Add(letter + ending, ids.Count);
            }
        }

        while (ids.Count < StartId)
        {
            ids.Add($"unused{ids.Count}", ids.Count);
        }

        ids.Add("<|startoftext|>", ids.Count);
        ids.Add("<|endoftext|>", ids.Count);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(ids));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        return Tokenizer.Load(Path.Combine(folder, "vocab.json"));
    }
}
