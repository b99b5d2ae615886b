using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>Blocks one after the other, and the states between them.</summary>
internal sealed class PreNormStack(IEnumerable<PreNormBlock> blocks)
{
    private readonly PreNormBlock[] _blocks = [.. blocks];

    /// <summary>Runs the blocks.</summary>
    /// <param name="x">[batch, n, width].</param>
    /// <param name="options">What the tokens see.</param>
    /// <param name="name">What the states are called in front of <c>hidden_states.i</c>.</param>
    /// <param name="outputs">Receives the states, if any.</param>
    /// <param name="runBlock">Runs a block on its input: the input, whether it is kept, the block.</param>
    public Tensor Run(Tensor x, AttentionOptions options, string name, ModelOutputs? outputs, Func<Tensor, bool, Func<Tensor, Tensor>, Tensor> runBlock)
    {
        for (int i = 0; i < _blocks.Length; i++)
        {
            PreNormBlock block = _blocks[i];
            _ = outputs?.Add($"{name}hidden_states.{i}", x);
            x = runBlock(x, outputs is not null, input => block.Run(input, options));
        }

        _ = outputs?.Add($"{name}hidden_states.{_blocks.Length}", x);
        return x;
    }
}
