using System.Globalization;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>Fits an adapter to a base: names, shapes, orientation, and copies of the base's own tensors.</summary>
internal sealed class LoraBinding(LoraAdapter adapter, CheckpointSource pretrained)
{
    /// <summary>The adapter's changes with the base's tensors, in the base's storage order.</summary>
    /// <exception cref="LoraException">The adapter does not fit.</exception>
    public IReadOnlyList<TensorChange> Changes()
    {
        if (TaskVectorMetadata.IsTaskVector(pretrained))
        {
            throw new LoraException(
                LoraError.BaseIsVector, adapter.Path, $"an adapter is bound to a checkpoint, and {pretrained.Path} is a task vector.");
        }

        IReadOnlyDictionary<string, string> names = new BaseNames(adapter, pretrained).Resolve();
        var tensors = pretrained.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        List<(TensorChange Change, TensorInfo Base)> pairs = [.. adapter.Changes.Select(change => (change, tensors[names[change.Name]]))];
        bool transposesSquares = TransposesSquares(pairs);
        using var reader = new ChangeReader(adapter, pretrained);
        var bound = new Dictionary<string, TensorChange>(StringComparer.Ordinal);
        foreach ((TensorChange change, TensorInfo tensor) in pairs)
        {
            Add(bound, Bind(change, tensor, transposesSquares, reader), reader);
        }

        return [.. pretrained.Tensors.Where(tensor => bound.ContainsKey(tensor.Name)).Select(tensor => bound[tensor.Name])];
    }

    /// <summary>
    /// Whether square matrices of linear modules are transposed: as the configuration says, unless it says no and the shape of every other
    /// adapted matrix of the base says yes. Old versions of PEFT saved GPT-2 adapters with a wrong <c>fan_in_fan_out</c>.
    /// </summary>
    private bool TransposesSquares(List<(TensorChange Change, TensorInfo Base)> pairs)
    {
        if (adapter.Config.IsFanInFanOut)
        {
            return true;
        }

        var others = pairs
            .Where(pair => pair.Change.Module is { Kind: LoraLayerKind.Linear } module && module.Outputs != module.Inputs)
            .ToList();
        return others.Count > 0
            && others.TrueForAll(pair => pair.Base.Shape == new TensorShape(pair.Change.Module!.Inputs, pair.Change.Module.Outputs));
    }

    private TensorChange Bind(TensorChange change, TensorInfo tensor, bool transposesSquares, ChangeReader reader)
    {
        if (!tensor.DType.IsArithmetic())
        {
            throw new LoraException(
                LoraError.UnsupportedDataType,
                adapter.Path,
                $"{QuotedName.Of(tensor.Name)} of the base {pretrained.Path} is {tensor.DType.Name()}, to which nothing can be "
                + "added; use a base that is not quantised.",
                tensor.Name);
        }

        TensorChange bound = change with { Base = tensor, Module = Orient(change.Module, tensor, transposesSquares) };
        if (bound.Shape != tensor.Shape)
        {
            throw Mismatch(bound, tensor, bound.Shape);
        }

        foreach (TensorInfo? copy in new[] { bound.Copy, bound.BaseCopy })
        {
            if (copy is not null && copy.Shape != tensor.Shape)
            {
                throw Mismatch(bound, tensor, copy.Shape);
            }
        }

        return bound.BaseCopy is not { } unchanged || reader.EqualsBase(unchanged, tensor) ? bound : bound with { Copy = unchanged };
    }

    private static LoraModule? Orient(LoraModule? module, TensorInfo tensor, bool transposesSquares)
    {
        if (module is not { Kind: LoraLayerKind.Linear or LoraLayerKind.TransposedLinear })
        {
            return module;
        }

        bool isTransposed = module.Outputs == module.Inputs
            ? transposesSquares
            : tensor.Shape == new TensorShape(module.Inputs, module.Outputs);
        return module with { Kind = isTransposed ? LoraLayerKind.TransposedLinear : LoraLayerKind.Linear };
    }

    // A tied tensor may be reached under both its names; two equal full copies are one change.
    private void Add(Dictionary<string, TensorChange> bound, TensorChange change, ChangeReader reader)
    {
        string name = change.Base!.Name;
        if (bound.TryAdd(name, change))
        {
            return;
        }

        TensorChange other = bound[name];
        bool sameCopy = other is { Module: null, Copy: not null }
            && change is { Module: null, Copy: not null }
            && reader.AreEqual(other.Copy, change.Copy);
        if (!sameCopy)
        {
            throw new LoraException(
                LoraError.ChangedTwice,
                adapter.Path,
                $"{QuotedName.Of(change.Name)} and {QuotedName.Of(other.Name)} share the storage of {QuotedName.Of(name)} in the "
                + $"base {pretrained.Path} and are changed in different ways. "
                + "Use a base that stores both.",
                change.Name);
        }
    }

    private LoraException Mismatch(TensorChange change, TensorInfo tensor, TensorShape shape) => new(
        LoraError.ShapeMismatch,
        adapter.Path,
        string.Create(CultureInfo.InvariantCulture, $"{QuotedName.Of(change.Name)} is {shape} by the adapter and {tensor.Shape} in the base {pretrained.Path}; the adapter was trained on another model."),
        change.Name);
}
