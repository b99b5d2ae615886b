using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Evaluation;

/// <summary>A frozen head where a model runs.</summary>
internal sealed class HeadWeights(FrozenHead head, ComputeContext context) : IDisposable
{
    private readonly Tensor _weight = context.Create(head.Weight, head.Classes, head.Width);
    private readonly Tensor _bias = context.Create(head.Bias, head.Classes);

    /// <summary>[batch, classes]: the scores of vectors [batch, width].</summary>
    /// <exception cref="ModelException">The vectors have another width.</exception>
    public Tensor Apply(Tensor vectors) => vectors.Size(-1) == head.Width
        ? vectors.Linear(_weight, _bias)
        : throw new ModelException(
            ModelError.TensorMismatch, $"The head takes vectors of {head.Width} numbers, and the model gives {vectors.Size(-1)}. Use the head that was made for this model.");

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
