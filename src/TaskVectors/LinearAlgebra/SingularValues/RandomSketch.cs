using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>
/// Random matrices for sketching: independent entries, uniform in (-1, 1). They have no preferred coordinates worth the name, and unlike
/// normal ones need no function whose last digit differs between machines.
/// </summary>
internal static class RandomSketch
{
    /// <summary>Entry i is a function of the seed and i alone (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).</summary>
    public static Matrix<T> Create<T>(int rows, int columns, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> sketch = Matrix.Zero<T>(rows, columns);
        Span<T> entries = sketch.Target.Elements;
        for (int i = 0; i < entries.Length; i++)
        {
            ulong bits = Mix(Mix(seed) + (((ulong)i + 1) * 0x9E3779B97F4A7C15));

            // 23 bits and a half make an odd multiple of 2^-23: exact in F32 and never 0.
            entries[i] = T.CreateTruncating((((long)(bits >> 41) * 2) + 1 - (1L << 23)) * Math.ScaleB(1, -23));
        }

        return sketch;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
