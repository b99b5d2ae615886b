using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Operations;

/// <summary>
/// A low-rank change of a weight that is trained while the weight stays: y = f(x W^T + s (x A^T) B^T + b) + r, of which W + s B A is never made (Hu et
/// al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022, section 4.1).
/// </summary>
/// <param name="a">A, [rank, in].</param>
/// <param name="b">B, [out, rank].</param>
/// <param name="scale">s.</param>
/// <param name="weightIsTransposed">Whether the weight is stored as [in, out].</param>
internal sealed class LowRankAdapter(Tensor a, Tensor b, double scale, bool weightIsTransposed)
{
    public Tensor A => a;

    public Tensor B => b;

    /// <summary>Whether a product with the weight has been made.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>The map of the weight and of its change. The change is the residual of the weight's own product, so that one sum is made of both.</summary>
    public Tensor Apply(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? residual)
    {
        ArgumentNullException.ThrowIfNull(x);
        Shapes.Require(residual is null || activation == Activation.None, "A residual sum and an activation exclude each other.");
        IsUsed = true;
        Tensor change = x.Linear(a).Scale((float)scale).Linear(b, residual: residual);
        Tensor sum = LinearOperations.Apply(x, weight, bias, Activation.None, change, weightIsTransposed);
        return activation == Activation.None ? sum : sum.Activate(activation);
    }
}
