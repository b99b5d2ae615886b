using System.Collections;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Models;

/// <summary>What a model gives, by name: <c>logits</c>, <c>loss</c>, <c>last_hidden_state</c>, <c>hidden_states.0</c> and so on.</summary>
public sealed class ModelOutputs : IEnumerable<KeyValuePair<string, Tensor>>
{
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>The scores: of classes or of the next token at each place.</summary>
    public Tensor? Logits => Find("logits");

    /// <summary>The mean cross-entropy against the labels, where there were any.</summary>
    public Tensor? Loss => Find("loss");

    /// <summary>The output of a name.</summary>
    /// <exception cref="KeyNotFoundException">The model gave no such output.</exception>
    public Tensor this[string name] => _tensors[name];

    /// <summary>The output of a name, or null.</summary>
    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _tensors.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal Tensor Add(string name, Tensor tensor)
    {
        _tensors[name] = tensor;
        return tensor;
    }
}
