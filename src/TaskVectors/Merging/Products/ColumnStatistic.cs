using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Products;

/// <summary>The norms and inner products of two models along the first axis of a tensor, and the coefficients that follow from them.</summary>
internal sealed class ColumnStatistic : TensorStatistic
{
    private const int Sums = 3;

    private readonly Func<double, double, double, (double First, double Second)> _coefficientsOf;
    private double[][] _sums;

    /// <param name="tensor">The tensor.</param>
    /// <param name="coefficientsOf">Gives the coefficients for the squared norm of the first, the inner product, and the squared norm of the second.</param>
    public ColumnStatistic(MergeTensor tensor, Func<double, double, double, (double First, double Second)> coefficientsOf)
    {
        _coefficientsOf = coefficientsOf;
        Columns = checked((int)ColumnsOf(tensor));
        _sums = NewSums(Columns);
    }

    /// <summary>The elements of a slice across the first axis.</summary>
    public int Columns { get; }

    /// <summary>The coefficients of the first model.</summary>
    public double[] First { get; private set; } = [];

    /// <summary>The coefficients of the second model.</summary>
    public double[] Second { get; private set; } = [];

    public override bool NeedsPass => First.Length == 0;

    /// <summary>The most memory taken.</summary>
    public static long BytesFor(MergeTensor tensor) => (Sums + 2) * sizeof(double) * ColumnsOf(tensor);

    public override ChunkStatistic Begin() => new Chunk(Columns);

    public override void Add(ChunkStatistic chunk)
    {
        var part = (Chunk)chunk;
        for (int sum = 0; sum < Sums; sum++)
        {
            int column = part.FirstColumn;
            foreach (double value in part.Values[sum].AsSpan(0, part.Length))
            {
                _sums[sum][column] += value;
                column = column + 1 == Columns ? 0 : column + 1;
            }
        }
    }

    public override void EndPass()
    {
        First = new double[Columns];
        Second = new double[Columns];
        for (int column = 0; column < Columns; column++)
        {
            (First[column], Second[column]) = _coefficientsOf(_sums[0][column], _sums[1][column], _sums[2][column]);
        }

        _sums = [];
    }

    // A tensor of one dimension is one vector.
    private static long ColumnsOf(MergeTensor tensor) => tensor.Shape.Rank < 2 ? 1 : Math.Max(1, tensor.RowLength);

    private static double[][] NewSums(int columns) => [new double[columns], new double[columns], new double[columns]];

    // Counts columns from that of its first element, so that a chunk shorter than a row needs no more room than it has elements.
    private sealed class Chunk(int columns) : ChunkStatistic
    {
        private long _first = -1;

        public double[][] Values { get; } = [[], [], []];

        public int FirstColumn { get; private set; }

        public int Length { get; private set; }

        public override void Observe(MergeBlock block) => Observe(block.Values);

        internal override void Observe(MergeBlock<float> block) => Observe<float>(block);

        private void Observe<T>(MergeBlock<T> block)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            _first = _first < 0 ? block.First : _first;
            FirstColumn = (int)(_first % columns);
            int column = (int)((block.First - _first) % columns);
            for (int start = 0; start < block.Count;)
            {
                int count = Math.Min(block.Count - start, columns - column);
                Grow(column + count);
                ReadOnlySpan<T> first = block[0].Slice(start, count);
                ReadOnlySpan<T> second = block[1].Slice(start, count);
                PairProducts.Add(first, second, Values[0].AsSpan(column, count), Values[1].AsSpan(column, count), Values[2].AsSpan(column, count));
                start += count;
                column = 0;
            }
        }

        private void Grow(int length)
        {
            if (length <= Length)
            {
                return;
            }

            Length = length;
            for (int sum = 0; sum < Sums && length > Values[sum].Length; sum++)
            {
                Array.Resize(ref Values[sum], Math.Min(columns, Math.Max(length, 2 * Values[sum].Length)));
            }
        }
    }
}
