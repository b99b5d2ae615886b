using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// Reads the result of a merge. A unit is merged when one of its tensors is first asked for, or ahead of that where units are read in order, under a lock
/// of its own, and each result is kept until all its bytes have been read; read again, it is merged again.
/// </summary>
internal sealed class MergedReader : ICheckpointReader
{
    // Large arrays are collected rarely, and the budget counts live ones only: the garbage of one large unit would lie beside the next.
    private const long LargeUnitBytes = 32 << 20;

    private readonly PreparedMerge _merge;
    private readonly MatrixKernel _kernel;
    private readonly MergeContext _context;
    private readonly AlignedVectorReader _reader;
    private readonly SemaphoreSlim _permits;
    private readonly UnitsAhead _ahead;
    private readonly FrozenDictionary<string, (int Unit, int Tensor)> _places;
    private readonly ConcurrentDictionary<int, MergedUnit> _results = new();
    private readonly Lock _surveying = new();
    private bool _isSurveyed;

    public MergedReader(PreparedMerge merge)
    {
        _merge = merge;
        _kernel = merge.CreateKernel();
        _context = new MergeContext(merge.LinearAlgebra, merge.Limits.Threads);
        _reader = new AlignedVectorReader(merge.Vectors);
        _permits = new SemaphoreSlim(merge.Limits.Units);
        _ahead = new UnitsAhead(
            merge.Units.Count,
            merge.Limits.Units - 1,
            unit => ResultOf(unit).Prepare(() => Merge(unit)),
            unit => _results.TryRemove(unit, out _));
        _isSurveyed = _kernel.SurveyPasses == 0;
        _places = (from unit in merge.Units.Select((unit, index) => (unit.Unit.Tensors, index))
                   from tensor in unit.Tensors.Select((tensor, index) => (tensor.Name, index))
                   select (tensor.Name, Place: (unit.index, tensor.index))).ToFrozenDictionary(pair => pair.Name, pair => pair.Place, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        if (!_places.TryGetValue(tensor.Name, out (int Unit, int Tensor) place))
        {
            throw new ArgumentException($"{_merge.Call.Method.Name} gives no tensor {QuotedName.Of(tensor.Name)}.", nameof(tensor));
        }

        if (destination.IsEmpty)
        {
            return;
        }

        _ahead.Ask(place.Unit);
        MergedUnit result = ResultOf(place.Unit);
        Copy(result.Obtain(place.Tensor, () => Merge(place.Unit)).Elements, byteOffset, destination);
        result.Consume(place.Tensor, destination.Length);
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _ahead.Dispose();
        _reader.Dispose();
        _permits.Dispose();
    }

    private MergedUnit ResultOf(int unit) => _results.GetOrAdd(unit, index => new MergedUnit(_merge.Units[index].Unit));

    // In pieces, as a span of bytes is limited to 2^31.
    private static void Copy(ReadOnlySpan<double> values, long byteOffset, Span<byte> destination)
    {
        int first = (int)(byteOffset / sizeof(double));
        int skipped = (int)(byteOffset % sizeof(double));
        int count = (int)(((long)skipped + destination.Length + sizeof(double) - 1) / sizeof(double));
        MemoryMarshal.AsBytes(values.Slice(first, count)).Slice(skipped, destination.Length).CopyTo(destination);
    }

    private IReadOnlyList<Matrix<double>> Merge(int unit)
    {
        Survey();
        _permits.Wait();
        try
        {
            return _kernel.Merge(UnitOf(unit), _context);
        }
        catch (NonFiniteMatrixException error)
        {
            throw NotFinite(unit, error);
        }
        finally
        {
            Collect(unit);
            _ = _permits.Release();
        }
    }

    private void Survey()
    {
        lock (_surveying)
        {
            for (int pass = 0; !_isSurveyed && pass < _kernel.SurveyPasses; pass++)
            {
                for (int unit = 0; unit < _merge.Units.Count; unit++)
                {
                    Survey(pass, unit);
                }

                _kernel.EndSurvey(pass);
            }

            _isSurveyed = true;
        }
    }

    private void Survey(int pass, int unit)
    {
        try
        {
            // One unit at a time, with the threads of all.
            _kernel.Survey(pass, UnitOf(unit), _context with { Threads = _merge.Limits.Threads * _merge.Limits.Units });
        }
        catch (NonFiniteMatrixException error)
        {
            throw NotFinite(unit, error);
        }

        Collect(unit);
    }

    private void Collect(int unit)
    {
        if (_kernel.WorkingBytes(_merge.Units[unit].Unit, _merge.Call.Models.Length, _merge.Limits.Threads) >= LargeUnitBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        }
    }

    private AlignedUnit UnitOf(int unit) => new(_merge.Units[unit], _merge.Vectors, _reader);

    private EditException NotFinite(int unit, NonFiniteMatrixException error)
    {
        string tensor = _merge.Units[unit].Unit.Tensors[0].Name;
        return new EditException(
            EditError.NaN, $"The task vectors of '{tensor}' hold NaN or infinite values, which {_merge.Call.Method.Name} cannot decompose. Leave the tensor alone with --exclude.", error)
        {
            Tensor = tensor,
        };
    }
}
