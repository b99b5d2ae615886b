using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.LinearAlgebra;

/// <summary>Sums of products of one panel of each factor; exact, so that every way of computing them gives the same.</summary>
internal static unsafe class FixedPointKernel
{
    /// <summary>Whether there are vectors for it that beat products in F32.</summary>
    public static bool IsFast => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

    /// <summary>C = A B over pairs of 16-bit numbers.</summary>
    /// <param name="count">The pairs.</param>
    /// <param name="a">A panel of the left factor.</param>
    /// <param name="b">A panel of the right factor.</param>
    /// <param name="sums">Receives 12 x 32 sums, row by row.</param>
    public static void Multiply(int count, int* a, int* b, int* sums)
    {
        if (!IsFast)
        {
            MultiplyScalar(count, a, b, sums);
            return;
        }

        Multiply512(count, a, b, sums);
    }

    /// <summary>The same one by one.</summary>
    public static void MultiplyScalar(int count, int* a, int* b, int* sums)
    {
        new Span<int>(sums, FixedPointProduct.PanelRows * FixedPointProduct.PanelColumns).Clear();
        for (int pair = 0; pair < count; pair++)
        {
            for (int row = 0; row < FixedPointProduct.PanelRows; row++)
            {
                int left = a[(pair * FixedPointProduct.PanelRows) + row];
                for (int column = 0; column < FixedPointProduct.PanelColumns; column++)
                {
                    int right = b[(pair * FixedPointProduct.PanelColumns) + column];
                    sums[(row * FixedPointProduct.PanelColumns) + column] += ((short)left * (short)right) + ((left >> 16) * (right >> 16));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply512(int count, int* a, int* b, int* sums)
    {
        Vector512<int> l0 = Vector512<int>.Zero, h0 = Vector512<int>.Zero;
        Vector512<int> l1 = Vector512<int>.Zero, h1 = Vector512<int>.Zero;
        Vector512<int> l2 = Vector512<int>.Zero, h2 = Vector512<int>.Zero;
        Vector512<int> l3 = Vector512<int>.Zero, h3 = Vector512<int>.Zero;
        Vector512<int> l4 = Vector512<int>.Zero, h4 = Vector512<int>.Zero;
        Vector512<int> l5 = Vector512<int>.Zero, h5 = Vector512<int>.Zero;
        Vector512<int> l6 = Vector512<int>.Zero, h6 = Vector512<int>.Zero;
        Vector512<int> l7 = Vector512<int>.Zero, h7 = Vector512<int>.Zero;
        Vector512<int> l8 = Vector512<int>.Zero, h8 = Vector512<int>.Zero;
        Vector512<int> l9 = Vector512<int>.Zero, h9 = Vector512<int>.Zero;
        Vector512<int> l10 = Vector512<int>.Zero, h10 = Vector512<int>.Zero;
        Vector512<int> l11 = Vector512<int>.Zero, h11 = Vector512<int>.Zero;
        for (int pair = 0; pair < count; pair++)
        {
            Vector512<short> low = Vector512.Load(b).AsInt16();
            Vector512<short> high = Vector512.Load(b + 16).AsInt16();
            Vector512<short> row;
            row = Vector512.Create(a[0]).AsInt16();
            l0 += Avx512BW.MultiplyAddAdjacent(row, low);
            h0 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[1]).AsInt16();
            l1 += Avx512BW.MultiplyAddAdjacent(row, low);
            h1 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[2]).AsInt16();
            l2 += Avx512BW.MultiplyAddAdjacent(row, low);
            h2 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[3]).AsInt16();
            l3 += Avx512BW.MultiplyAddAdjacent(row, low);
            h3 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[4]).AsInt16();
            l4 += Avx512BW.MultiplyAddAdjacent(row, low);
            h4 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[5]).AsInt16();
            l5 += Avx512BW.MultiplyAddAdjacent(row, low);
            h5 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[6]).AsInt16();
            l6 += Avx512BW.MultiplyAddAdjacent(row, low);
            h6 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[7]).AsInt16();
            l7 += Avx512BW.MultiplyAddAdjacent(row, low);
            h7 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[8]).AsInt16();
            l8 += Avx512BW.MultiplyAddAdjacent(row, low);
            h8 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[9]).AsInt16();
            l9 += Avx512BW.MultiplyAddAdjacent(row, low);
            h9 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[10]).AsInt16();
            l10 += Avx512BW.MultiplyAddAdjacent(row, low);
            h10 += Avx512BW.MultiplyAddAdjacent(row, high);
            row = Vector512.Create(a[11]).AsInt16();
            l11 += Avx512BW.MultiplyAddAdjacent(row, low);
            h11 += Avx512BW.MultiplyAddAdjacent(row, high);
            a += FixedPointProduct.PanelRows;
            b += FixedPointProduct.PanelColumns;
        }

        l0.Store(sums + 0);
        h0.Store(sums + 16);
        l1.Store(sums + 32);
        h1.Store(sums + 48);
        l2.Store(sums + 64);
        h2.Store(sums + 80);
        l3.Store(sums + 96);
        h3.Store(sums + 112);
        l4.Store(sums + 128);
        h4.Store(sums + 144);
        l5.Store(sums + 160);
        h5.Store(sums + 176);
        l6.Store(sums + 192);
        h6.Store(sums + 208);
        l7.Store(sums + 224);
        h7.Store(sums + 240);
        l8.Store(sums + 256);
        h8.Store(sums + 272);
        l9.Store(sums + 288);
        h9.Store(sums + 304);
        l10.Store(sums + 320);
        h10.Store(sums + 336);
        l11.Store(sums + 352);
        h11.Store(sums + 368);
    }
}
