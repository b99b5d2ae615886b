using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models;

/// <summary>
/// Moves the weights of a model along a task vector, again and again: theta = theta0 + lambda tau, with theta0 and tau in memory, so that a new
/// coefficient costs one pass over the weights and reads nothing.
/// </summary>
public sealed class WeightEdit : IDisposable
{
    private readonly List<(Tensor Parameter, Tensor Start, Tensor Change)> _moved = [];

    private WeightEdit()
    {
    }

    /// <summary>The parameters that move.</summary>
    public int Count => _moved.Count;

    /// <summary>Reads a task vector for a model. The model's weights as they are now are theta0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="vector">The task vector; tensors that the model does not use are left alone.</param>
    /// <param name="options">What applies to the vector, such as a filter.</param>
    /// <exception cref="ModelException">A tensor of the vector has another shape than the model's.</exception>
    /// <exception cref="TaskVectorsException">The vector cannot be computed.</exception>
    public static WeightEdit Create(Model model, TaskVector vector, EditOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        WeightEdit edit = new();
        using CheckpointValues values = CheckpointValues.Open(vector, options);
        foreach (TensorInfo tensor in values.Tensors)
        {
            if (model.Parameters.TryGetValue(tensor.Name, out Tensor? parameter))
            {
                edit.Add(parameter, tensor, values);
            }
        }

        return edit;
    }

    /// <summary>Sets the weights to theta0 + lambda tau, each rounded once.</summary>
    /// <param name="coefficient">lambda; 0 restores theta0 exactly.</param>
    public void Apply(double coefficient)
    {
        foreach ((Tensor parameter, Tensor start, Tensor change) in _moved)
        {
            parameter.Context.Team.For(parameter.Count, Operations.ActivationOperations.LeastElements, (first, end) =>
            {
                Span<float> target = parameter.Values[first..end];
                start.Values[first..end].CopyTo(target);
                Elementwise.MultiplyAdd((float)coefficient, change.Values[first..end], target);
            });
        }
    }

    /// <summary>Gives the memory of theta0 and tau back; the model keeps the weights it has.</summary>
    public void Dispose()
    {
        foreach ((_, Tensor start, Tensor change) in _moved)
        {
            start.Dispose();
            change.Dispose();
        }

        _moved.Clear();
    }

    private void Add(Tensor parameter, TensorInfo tensor, CheckpointValues values)
    {
        if (tensor.Shape != parameter.Shape)
        {
            Dispose();
            throw new ModelException(
                ModelError.TensorMismatch, $"The task vector's '{tensor.Name}' has the shape {tensor.Shape}, the model's {parameter.Shape}.")
            {
                Tensor = tensor.Name,
            };
        }

        Tensor start = parameter.Context.AllocateUntracked(parameter.Shape);
        Tensor change = parameter.Context.AllocateUntracked(parameter.Shape);
        _moved.Add((parameter, start, change));
        parameter.Values.CopyTo(start.Values);
        values.Read(tensor.Name, change.Values);
    }
}
