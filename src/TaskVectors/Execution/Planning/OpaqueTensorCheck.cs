using TaskVectors.Checkpoints;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>
/// Reads the tensors that must not be averaged (integers, booleans, packed floats, N5) and those tied in the base, and reports
/// those that an edit would change or tear apart.
/// </summary>
internal sealed class OpaqueTensorCheck(IReadOnlyList<PlannedInput> inputs, InputReaders readers, TensorAlignment alignment)
{
    public IEnumerable<EditException> Check(IReadOnlyList<AlignedTensor> tensors)
    {
        string[] changed = [.. tensors.Where(WouldChange).Select(tensor => tensor.Base.Name)];
        if (changed.Length > 0)
        {
            yield return new EditException(
                EditError.IntegerTensorChanged,
                $"The edit would change tensors that are not floating-point and so are never averaged: {string.Join(", ", changed.Select(QuotedName.Of))}. Leave them at the base's values with --exclude.")
            {
                File = inputs[0].Source.Path,
                Tensor = changed[0],
            };
        }

        for (int input = 1; input < inputs.Count; input++)
        {
            string[] untied = [.. Untied(input)];
            if (untied.Length > 0)
            {
                yield return new EditException(
                    EditError.TiedTensorsDiffer,
                    $"In the base '{inputs[0].Name}' these tensors share the storage of another, in '{inputs[input].Name}' they have values of their own: {string.Join(", ", untied.Select(QuotedName.Of))}. Use a base that stores them, such as '{inputs[input].Name}'.")
                {
                    File = inputs[input].Source.Path,
                    Tensor = untied[0],
                };
            }
        }
    }

    private bool WouldChange(AlignedTensor tensor)
    {
        if (tensor.Base.DType.IsArithmetic() || tensor.KeepsBase || tensor.Terms is [{ Coefficient: 1 }])
        {
            return false;
        }

        return tensor.Terms.Any(term => !StoredBytes.AreEqual(readers[0], tensor.Base, readers[term.Input], term.Tensor));
    }

    private IEnumerable<string> Untied(int input)
    {
        CheckpointSource anchor = inputs[0].Source;
        CheckpointSource source = inputs[input].Source;
        return from tensor in source.Tensors
               where TiedTensors.IsTied(anchor, tensor.Name)
               let kept = TiedTensors.StoredName(anchor, tensor.Name)
               where alignment.CoefficientOf(input, tensor.Name) != 0 || alignment.CoefficientOf(input, kept) != 0
               where source.TryGetTensor(kept, out TensorInfo? other) && !StoredBytes.AreEqual(readers[input], tensor, readers[input], other)
               select tensor.Name;
    }
}
