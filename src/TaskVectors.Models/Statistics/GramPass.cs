using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.LinearAlgebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>
/// The Gram matrices X^T X / n of the inputs of every linear layer, summed in F64. Weights that are tables of embeddings as well, as tied heads are, have none.
/// </summary>
internal sealed class GramPass : IStatisticsPass
{
    private readonly Model _model;
    private readonly IScoredExamples _examples;
    private readonly Dictionary<Tensor, string> _names;
    private readonly FrozenDictionary<string, string> _leaders;

    public GramPass(Model model, IScoredExamples examples)
    {
        (_model, _examples) = (model, examples);
        _names = model.Parameters.ToDictionary(parameter => parameter.Value, parameter => parameter.Key, ReferenceEqualityComparer.Instance as IEqualityComparer<Tensor>);
        var layers = new Layers(this);
        Observe(layers, [0]);
        Tensors = [.. model.Parameters.Keys.Where(layers.Inputs.ContainsKey).Select(name => (name, new TensorShape(layers.Inputs[name], layers.Inputs[name])))];
        InputRows = layers.InOut.ToFrozenSet(StringComparer.Ordinal);
        _leaders = layers.Leaders();
    }

    public IReadOnlyList<(string Name, TensorShape Shape)> Tensors { get; }

    /// <summary>The weights that are stored as [in, out].</summary>
    public FrozenSet<string> InputRows { get; }

    public IReadOnlyDictionary<string, double[]> Run(IReadOnlyCollection<string> names, IReadOnlyList<int> examples, Action<int> advance, CancellationToken cancellationToken)
    {
        // Layers side by side, as those of queries, keys and values, have one Gram matrix.
        var leaders = names.Select(name => _leaders[name]).ToFrozenSet(StringComparer.Ordinal);
        var sums = new Sums(this, Tensors.Where(tensor => leaders.Contains(tensor.Name)));
        foreach (int[] batch in _examples.Batches(examples))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Observe(sums, batch);
            advance(batch.Length);
        }

        Dictionary<string, double[]> means = sums.Means();
        return names.ToDictionary(name => name, name => means[_leaders[name]], StringComparer.Ordinal);
    }

    private void Observe(ILinearObserver observer, int[] batch)
    {
        ComputeContext context = _model.Context;
        using IDisposable inference = context.BeginInference();
        using TensorScope scope = context.BeginScope();
        context.Observer = observer;
        try
        {
            _ = _examples.Scores(batch);
        }
        finally
        {
            context.Observer = null;
        }
    }

    // A weight of four dimensions is used through a view of the same memory.
    private string? NameOf(Tensor weight)
    {
        if (_names.TryGetValue(weight, out string? name) || weight.Stored is not null)
        {
            return name;
        }

        return _names.FirstOrDefault(known => known.Key.Count == weight.Count && known.Key.Stored is null
            && Unsafe.AreSame(ref MemoryMarshal.GetReference(known.Key.Values), ref MemoryMarshal.GetReference(weight.Values))).Value;
    }

    private sealed class Layers(GramPass pass) : ILinearObserver
    {
        private readonly HashSet<string> _tables = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<Tensor>> _seen = new(StringComparer.Ordinal);

        public Dictionary<string, int> Inputs { get; } = new(StringComparer.Ordinal);

        public HashSet<string> InOut { get; } = new(StringComparer.Ordinal);

        public void Map(Tensor weight, Tensor x, int inputs, bool isInOut)
        {
            if (pass.NameOf(weight) is { } name && !_tables.Contains(name))
            {
                Inputs[name] = inputs;
                _ = isInOut && InOut.Add(name);
                _seen.TryAdd(name, []);
                _seen[name].Add(x);
            }
        }

        /// <summary>For each layer the first that takes the very same inputs.</summary>
        public FrozenDictionary<string, string> Leaders() => Inputs.Keys.ToFrozenDictionary(
            name => name, name => Inputs.Keys.First(other => _seen[other].SequenceEqual(_seen[name], ReferenceEqualityComparer.Instance)), StringComparer.Ordinal);

        public void LookUp(Tensor table)
        {
            if (pass.NameOf(table) is { } name)
            {
                _ = _tables.Add(name);
                _ = Inputs.Remove(name);
            }
        }
    }

    private sealed class Sums(GramPass pass, IEnumerable<(string Name, TensorShape Shape)> tensors) : ILinearObserver
    {
        // Fixed, so that the number of threads does not divide sums.
        private const int Block = 128;

        private readonly FrozenDictionary<string, double[]> _sums = tensors.ToFrozenDictionary(tensor => tensor.Name, tensor => new double[tensor.Shape.ElementCount], StringComparer.Ordinal);
        private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);

        public void Map(Tensor weight, Tensor x, int inputs, bool isInOut)
        {
            if (pass.NameOf(weight) is not { } name || !_sums.TryGetValue(name, out double[]? sum))
            {
                return;
            }

            int rows = x.Count / inputs;
            _rows[name] = _rows.GetValueOrDefault(name) + rows;
            x.Context.Team.For((inputs + Block - 1) / Block, 1, (start, end) =>
            {
                for (int block = start; block < end; block++)
                {
                    Add(x, rows, inputs, block * Block, sum);
                }
            });
        }

        public void LookUp(Tensor table)
        {
        }

        public Dictionary<string, double[]> Means()
        {
            foreach ((string name, double[] sum) in _sums)
            {
                for (int index = 0; index < sum.Length; index++)
                {
                    sum[index] /= _rows[name];
                }
            }

            return _sums.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        }

        private static void Add(Tensor x, int rows, int inputs, int first, double[] sum)
        {
            int count = Math.Min(Block, inputs - first);
            var values = new ReadOnlyMatrixSpan<float>(x.Values, rows, inputs);
            x.Context.LinearAlgebra.MultiplyWide(
                1, values.Slice(0, first, rows, count).Transpose(), values, 1, new MatrixSpan<double>(sum.AsSpan(first * inputs, count * inputs), count, inputs));
        }
    }
}
