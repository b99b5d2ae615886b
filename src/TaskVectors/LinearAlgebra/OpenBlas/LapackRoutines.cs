using System.Runtime.InteropServices;
using unsafe GelqfRoutine = delegate* unmanaged[Cdecl]<int*, int*, void*, int*, void*, void*, int*, int*, void>;
using unsafe GemmRoutine = delegate* unmanaged[Cdecl]<
    byte*, byte*, int*, int*, int*, void*, void*, int*, void*,
    int*, void*, void*, int*, nuint, nuint, void>;
using unsafe GesddRoutine = delegate* unmanaged[Cdecl]<
    byte*, int*, int*, void*, int*, void*, void*, int*, void*,
    int*, void*, int*, int*, int*, nuint, void>;
using unsafe OrglqRoutine = delegate* unmanaged[Cdecl]<int*, int*, int*, void*, int*, void*, void*, int*, int*, void>;
using unsafe OrmtrRoutine = delegate* unmanaged[Cdecl]<
    byte*, byte*, byte*, int*, int*, void*, int*, void*, void*,
    int*, void*, int*, int*, nuint, nuint, nuint, void>;
using unsafe StedcRoutine = delegate* unmanaged[Cdecl]<
    byte*, int*, void*, void*, void*, int*, void*, int*,
    int*, int*, int*, nuint, void>;
using unsafe SterfRoutine = delegate* unmanaged[Cdecl]<int*, void*, void*, int*, void>;
using unsafe SyrkRoutine = delegate* unmanaged[Cdecl]<
    byte*, byte*, int*, int*, void*, void*, int*, void*, void*,
    int*, nuint, nuint, void>;
using unsafe SytrdRoutine = delegate* unmanaged[Cdecl]<
    byte*, int*, void*, int*, void*, void*, void*, void*,
    int*, int*, nuint, void>;

namespace TaskVectors.LinearAlgebra.OpenBlas;

/// <summary>
/// The BLAS and LAPACK routines of one precision under their Fortran names, with 32-bit integers. Every argument goes by reference,
/// matrices are column-major, and each text argument has a hidden length at the end, as compilers of Fortran pass it.
/// </summary>
internal sealed unsafe class LapackRoutines
{
    private const nuint TextLength = 1;

    private readonly GemmRoutine _gemm;
    private readonly GesddRoutine _gesdd;
    private readonly SyrkRoutine _syrk;
    private readonly SytrdRoutine _sytrd;
    private readonly StedcRoutine _stedc;
    private readonly SterfRoutine _sterf;
    private readonly OrmtrRoutine _ormtr;
    private readonly GelqfRoutine _gelqf;
    private readonly OrglqRoutine _orglq;

    public LapackRoutines(nint library, char precision)
    {
        nint Find(string name) => NativeLibrary.GetExport(library, $"{precision}{name}_");
        _gemm = (GemmRoutine)Find("gemm");
        _gesdd = (GesddRoutine)Find("gesdd");
        _syrk = (SyrkRoutine)Find("syrk");
        _sytrd = (SytrdRoutine)Find("sytrd");
        _stedc = (StedcRoutine)Find("stedc");
        _sterf = (SterfRoutine)Find("sterf");
        _ormtr = (OrmtrRoutine)Find("ormtr");
        _gelqf = (GelqfRoutine)Find("gelqf");
        _orglq = (OrglqRoutine)Find("orglq");
    }

    /// <summary>C = alpha op(A) op(B) + beta C.</summary>
    public void Gemm(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        void* alpha,
        void* a,
        int lda,
        void* b,
        int ldb,
        void* beta,
        void* c,
        int ldc)
    {
        byte operationA = (byte)(transposeA ? 'T' : 'N');
        byte operationB = (byte)(transposeB ? 'T' : 'N');
        _gemm(&operationA, &operationB, &m, &n, &k, alpha, a, &lda, b, &ldb, beta, c, &ldc, TextLength, TextLength);
    }

    /// <summary>The thin SVD by divide and conquer; overwrites A. Returns LAPACK's info: 0 when it converged.</summary>
    public int Gesdd(int m, int n, void* a, int lda, void* s, void* u, int ldu, void* vt, int ldvt, void* work, int lwork, int* iwork)
    {
        byte job = (byte)'S';
        int info;
        _gesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info, TextLength);
        return info;
    }

    /// <summary>The lower triangle of C = A A^T, or A^T A where A is transposed, with A as column-major LAPACK sees it.</summary>
    public void Syrk(bool transpose, int n, int k, void* alpha, void* a, int lda, void* beta, void* c, int ldc)
    {
        byte triangle = (byte)'L';
        byte operation = (byte)(transpose ? 'T' : 'N');
        _syrk(&triangle, &operation, &n, &k, alpha, a, &lda, beta, c, &ldc, TextLength, TextLength);
    }

    /// <summary>A = Q T Q^T with T tridiagonal, from the lower triangle of A, which becomes the reflections of Q.</summary>
    public int Sytrd(int n, void* a, int lda, void* diagonal, void* beside, void* tau, void* work, int lwork)
    {
        byte triangle = (byte)'L';
        int info;
        _sytrd(&triangle, &n, a, &lda, diagonal, beside, tau, work, &lwork, &info, TextLength);
        return info;
    }

    /// <summary>Eigenvalues, ascending, and eigenvectors of a tridiagonal matrix by divide and conquer.</summary>
    public int Stedc(int n, void* diagonal, void* beside, void* z, int ldz, void* work, int lwork, int* iwork, int liwork)
    {
        byte job = (byte)'I';
        int info;
        _stedc(&job, &n, diagonal, beside, z, &ldz, work, &lwork, iwork, &liwork, &info, TextLength);
        return info;
    }

    /// <summary>Eigenvalues, ascending, of a tridiagonal matrix.</summary>
    public int Sterf(int n, void* diagonal, void* beside)
    {
        int info;
        _sterf(&n, diagonal, beside, &info);
        return info;
    }

    /// <summary>C = Q C with the Q that <see cref="Sytrd"/> left.</summary>
    public int Ormtr(int m, int n, void* a, int lda, void* tau, void* c, int ldc, void* work, int lwork)
    {
        byte side = (byte)'L';
        byte triangle = (byte)'L';
        byte operation = (byte)'N';
        int info;
        _ormtr(&side, &triangle, &operation, &m, &n, a, &lda, tau, c, &ldc, work, &lwork, &info, TextLength, TextLength, TextLength);
        return info;
    }

    /// <summary>A = L Q by Householder reflections, left in A and tau.</summary>
    public int Gelqf(int m, int n, void* a, int lda, void* tau, void* work, int lwork)
    {
        int info;
        _gelqf(&m, &n, a, &lda, tau, work, &lwork, &info);
        return info;
    }

    /// <summary>The first m rows of the Q that <see cref="Gelqf"/> left.</summary>
    public int Orglq(int m, int n, int k, void* a, int lda, void* tau, void* work, int lwork)
    {
        int info;
        _orglq(&m, &n, &k, a, &lda, tau, work, &lwork, &info);
        return info;
    }
}
