using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Moves of gradients that operations share.</summary>
internal static class Gradients
{
    /// <summary>Adds the gradient of an output to that of an input of the same size.</summary>
    public static void PassOn(Tensor dy, Tensor input)
    {
        if (!input.RequiresGradient)
        {
            return;
        }

        Tensor dx = input.OpenGradient(out bool accumulate);
        input.Context.Team.For(dy.Count, ActivationOperations.LeastElements, (start, end) =>
        {
            if (accumulate)
            {
                Elementwise.Add(dy.Values[start..end], dx.Values[start..end]);
            }
            else
            {
                dy.Values[start..end].CopyTo(dx.Values[start..end]);
            }
        });
    }

    /// <summary>
    /// As <see cref="PassOn"/>, for the last use of an output's gradient: the memory itself goes to the input where nothing is there yet.
    /// </summary>
    public static void HandOver(Tensor output, Tensor dy, Tensor input)
    {
        if (!input.RequiresGradient)
        {
            return;
        }

        if (!input.IsComputed || output.IsRetained || output.Gradient != dy || input.Gradient is not null)
        {
            PassOn(dy, input);
            return;
        }

        Tensor gradient = output.TakeGradient()!;
        input.AdoptGradient(gradient.UntrackedView(input.Shape));
        gradient.Dispose();
    }
}
