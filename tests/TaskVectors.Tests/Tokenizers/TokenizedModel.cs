using System.Text.Json.Nodes;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>A small model with a tokenizer, on disk.</summary>
internal sealed record TokenizedModel
{
    public const int Width = 3;

    public const string Embedding = "model.embed_tokens.weight";

    public const string Head = "lm_head.weight";

    /// <summary>The ordinary tokens, in the order of their numbers.</summary>
    public required string[] Pieces { get; init; }

    /// <summary>The added tokens after them.</summary>
    public string[] Added { get; init; } = [];

    /// <summary>Rows after those of the tokens.</summary>
    public int Padding { get; init; }

    /// <summary>Makes the numbers of the rows: distinct for distinct seeds.</summary>
    public int Seed { get; init; } = 1;

    public DType DType { get; init; } = DType.F32;

    /// <summary>Whether the head is the embedding.</summary>
    public bool IsTied { get; init; }

    /// <summary>Whether the tokenizer is stored as SentencePiece, with the added tokens beside it, and not as <c>tokenizer.json</c>.</summary>
    public bool IsSentencePiece { get; init; }

    /// <summary>Entries of the config beside those of the shape.</summary>
    public JsonObject Config { get; init; } = [];

    public int Rows => Pieces.Length + Added.Length + Padding;

    public IEnumerable<string> Tokens => Pieces.Concat(Added);

    /// <summary>The elements of a tensor.</summary>
    public double[] Values(string tensor) => [.. TestModel.Numbers(Seed + (tensor == Head ? 1000 : 0), Rows * Width).Select(value => (double)(float)Math.Round(value, 2))];

    /// <summary>The row of a token.</summary>
    public double[] Row(string tensor, string token) => Values(tensor).AsSpan(Tokens.ToList().IndexOf(token) * Width, Width).ToArray();

    public TokenizedModel Write(string folder)
    {
        _ = Directory.CreateDirectory(folder);
        var shape = new TensorShape(Rows, Width);
        IEnumerable<string> tensors = IsTied ? [Embedding] : [Embedding, Head];
        SafetensorsFile.Write(
            Path.Combine(folder, "model.safetensors"),
            [
                .. tensors.Select(tensor => (new TensorInfo(tensor, DType, shape), TestModel.Encode(DType, Values(tensor)))),
                (new TensorInfo("model.norm.weight", DType, new TensorShape(Width)), TestModel.Encode(DType, TestModel.Numbers(Seed + 2000, Width))),
            ]);
        JsonObject config = Config.DeepClone().AsObject();
        config["model_type"] = "llama";
        config["vocab_size"] = Rows;
        config["tie_word_embeddings"] = IsTied;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        if (IsSentencePiece)
        {
            File.WriteAllBytes(Path.Combine(folder, "tokenizer.model"), SentencePieceFile.Make(Pieces));
            WriteAdded(folder);
        }
        else
        {
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer().ToJsonString());
        }

        return this;
    }

    private void WriteAdded(string folder)
    {
        var added = new JsonObject();
        foreach (string token in Added)
        {
            added[token] = Pieces.Length + added.Count;
        }

        if (added.Count > 0)
        {
            File.WriteAllText(Path.Combine(folder, "added_tokens.json"), added.ToJsonString());
        }
    }

    private JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        foreach (string piece in Pieces)
        {
            vocabulary[piece] = vocabulary.Count;
        }

        JsonNode[] added = [.. Added.Select((token, index) => new JsonObject { ["id"] = Pieces.Length + index, ["content"] = token, ["special"] = true, ["normalized"] = false })];
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(added),
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }
}
