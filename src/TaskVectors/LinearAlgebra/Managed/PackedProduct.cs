using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>
/// A matrix product blocked for the caches, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (ACM TOMS
/// 34(3), 2008): blocks of A and B are copied into panels that the micro-kernel reads in order. Threads share the tiles of C, never
/// the sum behind one element, so the number of threads does not change the result; the depth of a block is one constant for every
/// kernel, so neither does the vector width.
/// </summary>
internal sealed unsafe class PackedProduct<T, TKernel> : IPackedProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
{
    /// <summary>Terms summed in registers before C is touched. Changing it changes results in the last digit.</summary>
    private const int DepthBlock = 256;

    /// <summary>
    /// Rows of A packed at once, a multiple of every kernel's rows; with <see cref="DepthBlock"/> it sizes the buffer of A.
    /// </summary>
    private const int RowBlock = 3072;

    /// <summary>Columns of B packed at once, a multiple of every kernel's columns.</summary>
    private const int ColumnBlock = 2048;

    /// <summary>Rows of the unit of work a thread takes: its part of A stays in the second-level cache.</summary>
    private const int RowChunk = 96;

    /// <summary>Columns of the unit of work a thread takes.</summary>
    private const int ColumnChunk = 256;

    /// <summary>Multiplications below which starting a second thread costs more than it saves.</summary>
    private const long SerialLimit = 1 << 18;

    public void Multiply<TSource>(
        T alpha,
        ReadOnlyMatrixSpan<TSource> a,
        ReadOnlyMatrixSpan<TSource> b,
        T beta,
        MatrixSpan<T> c,
        int threads,
        CancellationToken cancellationToken)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
    {
        Scale(c, beta);
        if (a.Elements.IsEmpty || b.Elements.IsEmpty || T.IsZero(alpha))
        {
            return;
        }

        int depthBlock = Math.Min(a.Columns, DepthBlock);
        T[] packedA = ArrayPool<T>.Shared.Rent(depthBlock * RoundUp(Math.Min(a.Rows, RowBlock), TKernel.Rows));
        T[] packedB = ArrayPool<T>.Shared.Rent(depthBlock * RoundUp(Math.Min(b.Columns, ColumnBlock), TKernel.Columns));
        try
        {
            fixed (TSource* originA = a.Elements, originB = b.Elements)
            fixed (T* originC = c.Elements, bufferA = packedA, bufferB = packedB)
            {
                Blocks<TSource> blocks = new()
                {
                    A = PackedOperand<TSource>.Left(originA, a.IsTransposed, a.Stride),
                    B = PackedOperand<TSource>.Right(originB, b.IsTransposed, b.Stride),
                    C = originC,
                    Stride = c.Stride,
                    Alpha = alpha,
                    PackedA = bufferA,
                    PackedB = bufferB,
                    Threads = (long)a.Rows * a.Columns * b.Columns <= SerialLimit ? 1 : threads,
                    CancellationToken = cancellationToken,
                };
                MultiplyBlocks(blocks, c.Rows, c.Columns, a.Columns);
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(packedA);
            ArrayPool<T>.Shared.Return(packedB);
        }
    }

    private static void MultiplyBlocks<TSource>(Blocks<TSource> blocks, int rows, int columns, int depth)
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
    {
        for (int column = 0; column < columns; column += ColumnBlock)
        {
            int blockColumns = Math.Min(ColumnBlock, columns - column);
            for (int firstDepth = 0; firstDepth < depth; firstDepth += DepthBlock)
            {
                int blockDepth = Math.Min(DepthBlock, depth - firstDepth);
                for (int row = 0; row < rows; row += RowBlock)
                {
                    int blockRows = Math.Min(RowBlock, rows - row);
                    blocks.Pack(row, blockRows, column, row == 0 ? blockColumns : 0, firstDepth, blockDepth);
                    blocks.Accumulate(row, blockRows, column, blockColumns, blockDepth);
                }
            }
        }
    }

    private static void Scale(MatrixSpan<T> c, T beta)
    {
        if (beta == T.One)
        {
            return;
        }

        for (int row = 0; row < c.Rows; row++)
        {
            Span<T> values = c.Row(row);
            if (T.IsZero(beta))
            {
                values.Clear();
                continue;
            }

            foreach (ref T value in values)
            {
                value *= beta;
            }
        }
    }

    private static int RoundUp(int value, int multiple) => checked((value + multiple - 1) / multiple * multiple);

    /// <summary>
    /// One product under way: where everything is, for the threads that share it. Its loops are compiled in full at once: a program may make its only large
    /// products before the runtime would come to that.
    /// </summary>
    private sealed class Blocks<TSource>
        where TSource : unmanaged, IBinaryFloatingPointIeee754<TSource>
    {
        public required PackedOperand<TSource> A { get; init; }

        public required PackedOperand<TSource> B { get; init; }

        public required T* C { get; init; }

        public required nint Stride { get; init; }

        public required T Alpha { get; init; }

        public required T* PackedA { get; init; }

        public required T* PackedB { get; init; }

        public required int Threads { get; init; }

        public required CancellationToken CancellationToken { get; init; }

        /// <summary>Packs blocks of A and of B into panels, both in one go: threads wait for one another once less.</summary>
        public void Pack(int firstRow, int rows, int firstColumn, int columns, int firstDepth, int depth)
        {
            int chunksOfA = Chunks(rows, TKernel.Rows);
            ForEach(chunksOfA + Chunks(columns, TKernel.Columns), chunk =>
            {
                if (chunk < chunksOfA)
                {
                    PackChunk(A, PackedA, chunk, firstRow, rows, TKernel.Rows, firstDepth, depth);
                }
                else
                {
                    PackChunk(B, PackedB, chunk - chunksOfA, firstColumn, columns, TKernel.Columns, firstDepth, depth);
                }
            });
        }

        private static int PanelsAtOnce(int width) => Math.Max(1, RowChunk / width);

        private static int Chunks(int lines, int width)
        {
            int panels = (lines + width - 1) / width;
            return (panels + PanelsAtOnce(width) - 1) / PanelsAtOnce(width);
        }

        /// <summary>Packs some of the panels of <paramref name="width"/> lines of a block.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void PackChunk(PackedOperand<TSource> operand, T* target, int chunk, int firstLine, int lines, int width, int firstDepth, int depth)
        {
            int end = Math.Min((lines + width - 1) / width, (chunk + 1) * PanelsAtOnce(width));
            for (int panel = chunk * PanelsAtOnce(width); panel < end; panel++)
            {
                int line = panel * width;
                T* packed = target + ((nint)line * depth);
                operand.PackPanel(firstLine + line, Math.Min(width, lines - line), width, firstDepth, depth, packed);
            }
        }

        /// <summary>Adds the product of the packed blocks to a block of C.</summary>
        public void Accumulate(int firstRow, int rows, int firstColumn, int columns, int depth)
        {
            int rowChunks = (rows + RowChunk - 1) / RowChunk;
            int columnChunks = (columns + ColumnChunk - 1) / ColumnChunk;
            T* origin = C + (firstRow * Stride) + firstColumn;
            ForEach(rowChunks * columnChunks, chunk =>
            {
                int startRow = chunk / columnChunks * RowChunk;
                int startColumn = chunk % columnChunks * ColumnChunk;
                int endRow = Math.Min(rows, startRow + RowChunk);
                int endColumn = Math.Min(columns, startColumn + ColumnChunk);
                AccumulateChunk(origin, startRow, endRow, startColumn, endColumn, depth);
            });
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void AccumulateChunk(T* origin, int startRow, int endRow, int startColumn, int endColumn, int depth)
        {
            for (int column = startColumn; column < endColumn; column += TKernel.Columns)
            {
                for (int row = startRow; row < endRow; row += TKernel.Rows)
                {
                    T* a = PackedA + ((nint)row * depth);
                    T* b = PackedB + ((nint)column * depth);
                    T* tile = origin + (row * Stride) + column;
                    int rows = Math.Min(TKernel.Rows, endRow - row);
                    int columns = Math.Min(TKernel.Columns, endColumn - column);
                    if (rows == TKernel.Rows && columns == TKernel.Columns)
                    {
                        TKernel.Accumulate(depth, a, b, Alpha, tile, Stride);
                    }
                    else
                    {
                        AccumulateEdge(depth, a, b, tile, rows, columns);
                    }
                }
            }
        }

        /// <summary>A tile that hangs over the edge of C goes through a full tile of scratch, so that it is rounded as any other.</summary>
        [SkipLocalsInit]
        private void AccumulateEdge(int depth, T* a, T* b, T* tile, int rows, int columns)
        {
            int width = TKernel.Columns;
            T* scratch = stackalloc T[TKernel.Rows * width];
            new Span<T>(scratch, TKernel.Rows * width).Clear();
            for (int row = 0; row < rows; row++)
            {
                new ReadOnlySpan<T>(tile + (row * Stride), columns).CopyTo(new Span<T>(scratch + (row * width), columns));
            }

            TKernel.Accumulate(depth, a, b, Alpha, scratch, width);
            for (int row = 0; row < rows; row++)
            {
                new ReadOnlySpan<T>(scratch + (row * width), columns).CopyTo(new Span<T>(tile + (row * Stride), columns));
            }
        }

        private void ForEach(int count, Action<int> work)
        {
            CancellationToken.ThrowIfCancellationRequested();
            if (Threads == 1 || count == 1)
            {
                for (int i = 0; i < count; i++)
                {
                    work(i);
                }

                return;
            }

            _ = Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, work);
        }
    }
}
