using System.Runtime.InteropServices;
using unsafe GelqfRoutine = delegate* unmanaged[Cdecl]<int*, int*, void*, int*, void*, void*, int*, int*, void>;
using unsafe GemmRoutine = delegate* unmanaged[Cdecl]<
    byte*, byte*, int*, int*, int*, void*, void*, int*, void*,
    int*, void*, void*, int*, nuint, nuint, void>;
using unsafe GesddRoutine = delegate* unmanaged[Cdecl]<
    byte*, int*, int*, void*, int*, void*, void*, int*, void*,
    int*, void*, int*, int*, int*, nuint, void>;
using unsafe GetrfRoutine = delegate* unmanaged[Cdecl]<int*, int*, void*, int*, int*, int*, void>;
using unsafe GetriRoutine = delegate* unmanaged[Cdecl]<int*, void*, int*, int*, void*, int*, int*, void>;
using unsafe OrglqRoutine = delegate* unmanaged[Cdecl]<int*, int*, int*, void*, int*, void*, void*, int*, int*, void>;
using unsafe OrmtrRoutine = delegate* unmanaged[Cdecl]<
    byte*, byte*, byte*, int*, int*, void*, int*, void*, void*,
    int*, void*, int*, int*, nuint, nuint, nuint, void>;
using unsafe PotrfRoutine = delegate* unmanaged[Cdecl]<byte*, int*, void*, int*, int*, nuint, void>;
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
using unsafe TrmmRoutine = delegate* unmanaged[Cdecl]<
    byte*, byte*, byte*, byte*, int*, int*, void*, void*, int*,
    void*, int*, nuint, nuint, nuint, nuint, void>;
using unsafe TrtriRoutine = delegate* unmanaged[Cdecl]<byte*, byte*, int*, void*, int*, int*, nuint, nuint, void>;

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
    private readonly GetrfRoutine _getrf;
    private readonly GetriRoutine _getri;
    private readonly PotrfRoutine _potrf;
    private readonly PotrfRoutine _lauum;
    private readonly TrtriRoutine _trtri;
    private readonly TrmmRoutine _trmm;

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
        _getrf = (GetrfRoutine)Find("getrf");
        _getri = (GetriRoutine)Find("getri");
        _potrf = (PotrfRoutine)Find("potrf");
        _lauum = (PotrfRoutine)Find("lauum");
        _trtri = (TrtriRoutine)Find("trtri");
        _trmm = (TrmmRoutine)Find("trmm");
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

    /// <summary>P A = L U by partial pivoting, L and U left in A. Returns the first pivot that is 0, from 1, or 0.</summary>
    public int Getrf(int n, void* a, int lda, int* pivots)
    {
        int info;
        _getrf(&n, &n, a, &lda, pivots, &info);
        return info;
    }

    /// <summary>The inverse from what <see cref="Getrf"/> left.</summary>
    public int Getri(int n, void* a, int lda, int* pivots, void* work, int lwork)
    {
        int info;
        _getri(&n, a, &lda, pivots, work, &lwork, &info);
        return info;
    }

    /// <summary>A = L L^T in the lower triangle. Returns the first minor that is not positive, from 1, or 0.</summary>
    public int Potrf(int n, void* a, int lda)
    {
        byte triangle = (byte)'L';
        int info;
        _potrf(&triangle, &n, a, &lda, &info, TextLength);
        return info;
    }

    /// <summary>Replaces L by L^T L, in the lower triangle.</summary>
    public void Lauum(int n, void* a, int lda)
    {
        byte triangle = (byte)'L';
        int info;
        _lauum(&triangle, &n, a, &lda, &info, TextLength);
    }

    /// <summary>Replaces L by its inverse. Returns the first diagonal element that is 0, from 1, or 0.</summary>
    public int Trtri(int n, void* a, int lda)
    {
        byte triangle = (byte)'L';
        byte unit = (byte)'N';
        int info;
        _trtri(&triangle, &unit, &n, a, &lda, &info, TextLength, TextLength);
        return info;
    }

    /// <summary>B = alpha L B, or alpha B L from the right.</summary>
    public void Trmm(bool fromRight, int m, int n, void* alpha, void* a, int lda, void* b, int ldb)
    {
        byte side = (byte)(fromRight ? 'R' : 'L');
        byte triangle = (byte)'L';
        byte operation = (byte)'N';
        _trmm(&side, &triangle, &operation, &operation, &m, &n, alpha, a, &lda, b, &ldb, TextLength, TextLength, TextLength, TextLength);
    }
}
