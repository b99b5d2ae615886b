using System.Numerics;
using TaskVectors.LinearAlgebra.Managed;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.OpenBlas;

/// <summary>
/// Linear algebra through OpenBLAS and its LAPACK. A row-major matrix is the transpose of the column-major one in the same memory, so
/// each operation is rewritten for the transpose instead of moving elements: C^T = B^T A^T; A^T = V S U^T; and A = Q R is A^T = L Q^T.
/// </summary>
internal sealed unsafe class OpenBlasProvider : ILinearAlgebraProvider
{
    // xORMTR and xORMBR forget the triangular factors of xORMQR (65 x 64 numbers) when they are asked for their best workspace; given no more than that,
    // it applies few reflections at a time, or one after the other.
    private const int ReflectorSpace = 65 * 64;

    private readonly OpenBlasLibrary _library;
    private readonly IPackedProduct<double> _wide = PackedProducts.Create<double>(PackedProducts.WidestBits);

    public OpenBlasProvider(OpenBlasLibrary library, int threads)
    {
        _library = library;
        Threads = threads;
        library.SetThreads(threads);
        InPlace = new OpenBlasInPlace(library.Single);
    }

    public string Name => "openblas";

    public string Kernel => _library.Kernel;

    public string Configuration => _library.Configuration;

    public int Threads { get; }

    public IInPlaceAlgebra? InPlace { get; }

    public void Multiply<T>(
        T alpha, ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> b, T beta, MatrixSpan<T> c, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireProduct(a, b, c);
        cancellationToken.ThrowIfCancellationRequested();
        if (c.Elements.IsEmpty)
        {
            return;
        }

        fixed (T* first = a.Elements, second = b.Elements, target = c.Elements)
        {
            Routines<T>().Gemm(
                b.IsTransposed,
                a.IsTransposed,
                c.Columns,
                c.Rows,
                a.Columns,
                &alpha,
                second,
                Leading(b.Stride),
                first,
                Leading(a.Stride),
                &beta,
                target,
                c.Stride);
        }
    }

    /// <summary>OpenBLAS has no product of mixed precision; the managed one serves both providers with the same bytes.</summary>
    public void MultiplyWide(
        double alpha,
        ReadOnlyMatrixSpan<float> a,
        ReadOnlyMatrixSpan<float> b,
        double beta,
        MatrixSpan<double> c,
        CancellationToken cancellationToken = default)
    {
        MatrixChecks.RequireProduct(a, b, c);
        _wide.Multiply(alpha, a, b, beta, c, Threads, cancellationToken);
    }

    public ThinQr<T> ThinQr<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireFinite(matrix);
        cancellationToken.ThrowIfCancellationRequested();
        (int m, int n) = (matrix.Rows, matrix.Columns);
        int rank = Math.Min(m, n);
        Matrix<T> r = Matrix.Zero<T>(rank, n);
        if (rank == 0)
        {
            return new ThinQr<T>(Matrix.Zero<T>(m, 0), r);
        }

        Matrix<T> work = matrix.ToMatrix();
        T[] factors = new T[rank];
        Reduce(work, factors);
        for (int row = 0; row < rank; row++)
        {
            work.Target.Row(row)[row..].CopyTo(r.Target.Row(row)[row..]);
        }

        cancellationToken.ThrowIfCancellationRequested();
        FormQ(work, factors);
        Matrix<T> q = rank == n ? work : work.FirstColumns(rank).ToMatrix();
        SignConvention.MakeDiagonalPositive(q.Target, r.Target);
        return new ThinQr<T>(q, r);
    }

    public ThinSvd<T> ThinSvd<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireFinite(matrix);
        cancellationToken.ThrowIfCancellationRequested();
        (int m, int n) = (matrix.Rows, matrix.Columns);
        int count = Math.Min(m, n);
        Matrix<T> u = Matrix.Zero<T>(m, count);
        Matrix<T> vt = Matrix.Zero<T>(count, n);
        T[] values = new T[count];
        if (count > 0)
        {
            Decompose(matrix.ToMatrix(), values, u, vt);
        }

        SignConvention.MakeLargestPositive(u.Target, vt.Target);
        return new ThinSvd<T>(u, values, vt);
    }

    public Matrix<T> Gram<T>(ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireSupported<T>();
        cancellationToken.ThrowIfCancellationRequested();
        Matrix<T> gram = Matrix.Zero<T>(matrix.Rows, matrix.Rows);
        if (matrix.Elements.IsEmpty)
        {
            return gram;
        }

        (T one, T zero) = (T.One, T.Zero);
        fixed (T* a = matrix.Elements, c = gram.Target.Elements)
        {
            Routines<T>().Syrk(!matrix.IsTransposed, matrix.Rows, matrix.Columns, &one, a, matrix.Stride, &zero, c, matrix.Rows);
        }

        MatrixLayout.MirrorUpper(gram.Target);
        return gram;
    }

    public SymmetricEigen<T> LeadingEigen<T>(ReadOnlyMatrixSpan<T> matrix, int count, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isSymmetric = MatrixChecks.RequireSymmetric(matrix, nameof(SymmetricEigen<T>));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, matrix.Rows);
        cancellationToken.ThrowIfCancellationRequested();
        int order = matrix.Rows;
        int exponent = SafeExponent(matrix);
        T[] reflections = SymmetricEigenAssembly.SymmetricPart(matrix, T.CreateTruncating(Math.ScaleB(1, -exponent)), isSymmetric);
        T[] values = new T[order];
        T[] vectors = [];
        if (order > 0)
        {
            T[] beside = new T[order];
            T[] factors = new T[order];
            Tridiagonalize(reflections, values, beside, factors);
            vectors = count == 0 ? Solve(values, beside) : Solve(reflections, values, beside, factors, count);
        }

        return SymmetricEigenAssembly.FromAscending<T, T>(values, vectors, T.CreateTruncating(Math.ScaleB(1, exponent)));
    }

    /// <summary>The exponent of the largest entry where its squares could overflow or vanish; 0 else, as scaling by 1 costs nothing in digits.</summary>
    private static int SafeExponent<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int exponent = MatrixNorms.BinaryExponent(MatrixNorms.LargestMagnitude(matrix));
        int limit = typeof(T) == typeof(float) ? 40 : 400;
        return Math.Abs(exponent) < limit ? 0 : exponent;
    }

    private void Tridiagonalize<T>(T[] matrix, T[] diagonal, T[] beside, T[] factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LapackRoutines routines = Routines<T>();
        int order = diagonal.Length;
        fixed (T* a = matrix, d = diagonal, e = beside, tau = factors)
        {
            T size;
            _ = routines.Sytrd(order, a, order, d, e, tau, &size, -1);
            T[] work = Workspace<T>(nameof(SymmetricEigen<T>), order, order, size);
            fixed (T* space = work)
            {
                RequireConverged(routines.Sytrd(order, a, order, d, e, tau, space, work.Length), nameof(SymmetricEigen<T>), order, order);
            }
        }
    }

    private T[] Solve<T>(T[] diagonal, T[] beside)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* d = diagonal, e = beside)
        {
            RequireConverged(Routines<T>().Sterf(diagonal.Length, d, e), nameof(SymmetricEigen<T>), diagonal.Length, diagonal.Length);
        }

        return [];
    }

    /// <summary>The eigenvectors of the largest values, one a row, in the order of the values: those of the tridiagonal matrix, turned back.</summary>
    private T[] Solve<T>(T[] reflections, T[] diagonal, T[] beside, T[] factors, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LapackRoutines routines = Routines<T>();
        int order = diagonal.Length;
        T[] vectors = GC.AllocateUninitializedArray<T>(MatrixLayout.Count(order, order));
        int[] integerWork = new int[3 + (5 * order)];
        fixed (T* a = reflections, d = diagonal, e = beside, tau = factors, z = vectors)
        fixed (int* integers = integerWork)
        {
            T size;
            int integerSize;
            _ = routines.Stedc(order, d, e, z, order, &size, -1, &integerSize, -1);
            T[] work = Workspace<T>(nameof(SymmetricEigen<T>), order, order, size);
            fixed (T* space = work)
            {
                RequireConverged(routines.Stedc(order, d, e, z, order, space, work.Length, integers, integerWork.Length), nameof(SymmetricEigen<T>), order, order);
            }

            T* leading = z + ((long)(order - count) * order);
            _ = routines.Ormtr(order, count, a, order, tau, leading, order, &size, -1);
            work = Workspace<T>(nameof(SymmetricEigen<T>), order, order, size, ReflectorSpace);
            fixed (T* space = work)
            {
                RequireConverged(routines.Ormtr(order, count, a, order, tau, leading, order, space, work.Length), nameof(SymmetricEigen<T>), order, order);
            }
        }

        return count == order ? vectors : vectors[((order - count) * order)..];
    }

    private void Reduce<T>(Matrix<T> work, T[] factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LapackRoutines routines = Routines<T>();
        (int m, int n) = (work.Rows, work.Columns);
        fixed (T* a = work.Target.Elements, tau = factors)
        {
            T size;
            _ = routines.Gelqf(n, m, a, n, tau, &size, -1);
            T[] workspace = Workspace<T>(nameof(ThinQr), m, n, size);
            fixed (T* space = workspace)
            {
                RequireConverged(routines.Gelqf(n, m, a, n, tau, space, workspace.Length), nameof(ThinQr), m, n);
            }
        }
    }

    private void FormQ<T>(Matrix<T> work, T[] factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LapackRoutines routines = Routines<T>();
        (int m, int n) = (work.Rows, work.Columns);
        int rank = factors.Length;
        fixed (T* a = work.Target.Elements, tau = factors)
        {
            T size;
            _ = routines.Orglq(rank, m, rank, a, n, tau, &size, -1);
            T[] workspace = Workspace<T>(nameof(ThinQr), m, n, size);
            fixed (T* space = workspace)
            {
                RequireConverged(routines.Orglq(rank, m, rank, a, n, tau, space, workspace.Length), nameof(ThinQr), m, n);
            }
        }
    }

    /// <summary>LAPACK sees A^T = V S U^T: its left vectors land in the memory of our V^T and its right ones in that of our U.</summary>
    private void Decompose<T>(Matrix<T> matrix, T[] values, Matrix<T> left, Matrix<T> rightTransposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LapackRoutines routines = Routines<T>();
        (int m, int n) = (matrix.Rows, matrix.Columns);
        int count = values.Length;
        int[] integerWork = new int[8 * count];
        fixed (T* a = matrix.Target.Elements, s = values, u = left.Target.Elements, vt = rightTransposed.Target.Elements)
        fixed (int* integerSpace = integerWork)
        {
            T size;
            _ = routines.Gesdd(n, m, a, n, s, vt, n, u, count, &size, -1, integerSpace);
            T[] workspace = Workspace<T>(nameof(ThinSvd), m, n, size, ReflectorSpace);
            fixed (T* space = workspace)
            {
                RequireConverged(
                    routines.Gesdd(n, m, a, n, s, vt, n, u, count, space, workspace.Length, integerSpace), nameof(ThinSvd), m, n);
            }
        }
    }

    private void RequireConverged(int info, string operation, int rows, int columns)
    {
        if (info != 0)
        {
            throw new ConvergenceException(operation, Name, rows, columns);
        }
    }

    /// <summary>The workspace LAPACK asked for. It answers in floating point, where F32 may have rounded a large size down.</summary>
    private static T[] Workspace<T>(string operation, int rows, int columns, T size, int more = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double elements = Math.Ceiling(double.CreateTruncating(T.BitIncrement(size))) + more;
        return elements is >= 1 and <= int.MaxValue - 64
            ? GC.AllocateUninitializedArray<T>((int)elements)
            : throw new ArgumentException(
                $"{operation} of a {rows} x {columns} matrix is beyond LAPACK with 32-bit integers (a smaller side of about 23000); " +
                "use the randomised truncated SVD.");
    }

    private LapackRoutines Routines<T>() => typeof(T) == typeof(float) ? _library.Single : _library.Double;

    private static int Leading(int stride) => Math.Max(1, stride);
}
