using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Merges;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Resolution;

/// <summary>A model of a recipe whose headers have been read: a stored checkpoint, one with adapters, or the result of another document.</summary>
internal sealed class ResolvedModel
{
    private readonly Lazy<CheckpointSource> _source;

    /// <summary>Creates the model.</summary>
    /// <param name="name">What messages and reports call it.</param>
    /// <param name="checkpoint">Its values.</param>
    /// <param name="folder">The folder of its config and tokenizer, or <see langword="null"/>.</param>
    public ResolvedModel(string name, Checkpoint checkpoint, string? folder)
    {
        Name = name;
        Checkpoint = checkpoint;
        Folder = folder;
        Config = ModelConfig.Read(folder);
        Layout = ModelLayout.Of(checkpoint.Tensors.Select(tensor => tensor.Name), Config);
        _source = new Lazy<CheckpointSource>(() => IsStored ? checkpoint.Base : new WrittenSource(checkpoint.Form, null));
    }

    public string Name { get; }

    public Checkpoint Checkpoint { get; }

    public string? Folder { get; }

    public ModelConfig Config { get; }

    /// <summary>The tokenizer, where it is not that of the folder.</summary>
    public ResultTokenizer? Tokenizer { get; init; }

    /// <summary>The files of the tokenizer.</summary>
    public TokenizerFiles TokenizerFiles => Tokenizer?.Files ?? TokenizerFiles.Find(Folder);

    public ModelLayout Layout { get; }

    /// <summary>The model as one source, from which tensors can be taken.</summary>
    public CheckpointSource Source => _source.Value;

    private bool IsStored => Checkpoint.Form.Terms is [{ IsVector: false, Coefficient.HasRules: false } only] && only.Source == Checkpoint.Base && only.Coefficient.Evaluate(string.Empty) == 1;
}
