using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TaskVectors.Execution;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models;

/// <summary>Hands the tensors of a checkpoint to the model that is made of them, and notes what is missing and what is left over.</summary>
/// <param name="context">Where the parameters are made.</param>
/// <param name="values">What the checkpoint holds.</param>
/// <param name="aliases">Names of tied weights, and those under which they are stored.</param>
/// <param name="keepsStored">Whether matrices of 16-bit floats stay as they are stored.</param>
internal sealed class WeightReader(
    ComputeContext context, CheckpointValues values, IReadOnlyDictionary<string, string> aliases, bool keepsStored = false)
{
    /// <summary>Buffers that published checkpoints carry and nobody trains.</summary>
    private static readonly string[] Buffers =
        ["position_ids", "attn.bias", "attn.masked_bias", "rotary_emb.inv_freq", "crossattention.bias", "attention.bias", "attention.masked_bias"];

    /// <summary>A configuration may promise any number of layers; a few thousand that are missing are enough to say so.</summary>
    private const int MostProblems = 4096;

    private readonly Dictionary<string, TensorInfo> _stored = values.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <summary>The parameters taken so far, in the order in which they were asked for.</summary>
    public OrderedDictionary<string, Tensor> Parameters { get; } = new(StringComparer.Ordinal);

    public ComputeContext Context => context;

    public bool Has(string name) => _stored.ContainsKey(StoredName(name));

    /// <summary>The size of a dimension of a stored tensor, or 0.</summary>
    public int SizeOf(string name, int axis) =>
        _stored.TryGetValue(StoredName(name), out TensorInfo? tensor) && axis < tensor.Shape.Rank && tensor.Shape[axis] <= int.MaxValue ? (int)tensor.Shape[axis] : 0;

    /// <summary>The prefix, where any tensor has it, else nothing.</summary>
    public string Prefix(params ReadOnlySpan<string> prefixes)
    {
        foreach (string prefix in prefixes)
        {
            if (_stored.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                return prefix;
            }
        }

        return string.Empty;
    }

    /// <summary>
    /// Promises a tensor, which <see cref="Finish"/> reads; notes a problem where it is missing or has another shape, and gives one that is never used.
    /// </summary>
    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        TensorShape wanted = new(shape);
        name = StoredName(name);
        if (Parameters.TryGetValue(name, out Tensor? known))
        {
            return known;
        }

        if (!_stored.TryGetValue(name, out TensorInfo? stored))
        {
            return Refuse($"'{name}' {wanted} is missing");
        }

        if (stored.Shape != wanted)
        {
            return Refuse($"'{name}' has the shape {stored.Shape}, not {wanted}");
        }

        if (!stored.DType.IsArithmetic())
        {
            return Refuse($"'{name}' holds {stored.DType.Name()}, which are no weights");
        }

        bool isKept = keepsStored && wanted.Rank == 2 && StoredElements.IsSupported(stored.DType);
        Tensor tensor = isKept ? context.AllocateStored(wanted, stored.DType) : context.AllocateUntracked(wanted);
        Parameters.Add(name, tensor);
        return tensor;
    }

    public Tensor? TakeOptional(string name, params ReadOnlySpan<long> shape) => Has(name) ? Take(name, shape) : null;

    /// <summary>Throws one error for all that is missing or wrong; else reads what was promised, and returns the names that nothing asked for.</summary>
    /// <exception cref="ModelException">Tensors are missing or have other shapes.</exception>
    public IReadOnlyList<string> Finish(string architecture, string path)
    {
        string[] unexpected = [.. _stored.Keys.Where(name => !Parameters.ContainsKey(name) && !Array.Exists(Buffers, name.EndsWith))];
        if (_problems.Count > 0)
        {
            const int Most = 12;
            string rest = _problems.Count > Most ? $" and {_problems.Count - Most} more" : string.Empty;
            string left = unexpected.Length == 0 ? string.Empty : $" Tensors that {architecture} does not have: {string.Join(", ", unexpected.Take(Most))}.";
            throw new ModelException(
                ModelError.TensorMismatch,
                $"'{path}' does not hold the tensors that its configuration promises of a {architecture}: {string.Join("; ", _problems.Take(Most))}{rest}.{left} " +
                "Check that config.json belongs to these weights.")
            {
                File = path,
            };
        }

        ReadAll();
        return unexpected;
    }

    private void ReadAll()
    {
        try
        {
            _ = Parallel.ForEach(
                Parameters.OrderByDescending(parameter => parameter.Value.Count),
                new ParallelOptions { MaxDegreeOfParallelism = context.Threads },
                parameter => Read(parameter.Key, parameter.Value));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private void Read(string name, Tensor tensor)
    {
        if (tensor.Stored is { } stored)
        {
            values.ReadEncoded(name, MemoryMarshal.AsBytes(stored.Codes));
        }
        else
        {
            values.Read(name, tensor.Values);
        }
    }

    /// <summary>The name under which tied weights are stored.</summary>
    private string StoredName(string name) => !_stored.ContainsKey(name) && aliases.TryGetValue(name, out string? stored) ? stored : name;

    private Tensor Refuse(string problem)
    {
        _problems.Add(problem);
        if (_problems.Count > MostProblems)
        {
            throw new ModelException(
                ModelError.TensorMismatch, $"More than {MostProblems} tensors are missing or have other shapes than the configuration says, the first: {_problems[0]}.");
        }

        return context.AllocateUntracked(new TensorShape(0));
    }
}
