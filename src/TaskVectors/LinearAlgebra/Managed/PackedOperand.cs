using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>
/// A factor of a product as the packing sees it: lines across the depth. Element (line, p) is at line x <see cref="LineStep"/> +
/// p x <see cref="DepthStep"/>; one of the steps is 1.
/// </summary>
internal readonly unsafe struct PackedOperand<T>(T* origin, nint lineStep, nint depthStep)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* _origin = origin;

    public nint LineStep { get; } = lineStep;

    public nint DepthStep { get; } = depthStep;

    /// <summary>The factor A: its lines are its rows.</summary>
    public static PackedOperand<T> Left(T* origin, bool isTransposed, int stride) =>
        isTransposed ? new(origin, 1, stride) : new(origin, stride, 1);

    /// <summary>The factor B: its lines are its columns.</summary>
    public static PackedOperand<T> Right(T* origin, bool isTransposed, int stride) =>
        isTransposed ? new(origin, stride, 1) : new(origin, 1, stride);

    /// <summary>
    /// Writes one panel: for each p of the depth the numbers of <paramref name="width"/> lines side by side, zeros where there are
    /// fewer than that many lines.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackPanel<TTarget>(int firstLine, int lines, int width, int firstDepth, int depth, TTarget* target)
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        T* source = _origin + (firstLine * LineStep) + (firstDepth * DepthStep);
        if (lines < width)
        {
            new Span<TTarget>(target, width * depth).Clear();
        }

        if (LineStep == 1)
        {
            for (int p = 0; p < depth; p++)
            {
                TTarget* to = target + (p * width);
                T* from = source + (p * DepthStep);
                if (typeof(T) == typeof(TTarget) && lines == width && width % Vector128<T>.Count == 0)
                {
                    for (int line = 0; line < width; line += Vector128<T>.Count)
                    {
                        Vector128.Load(from + line).Store((T*)to + line);
                    }

                    continue;
                }

                MatrixLayout.Convert(new ReadOnlySpan<T>(from, lines), new Span<TTarget>(to, lines));
            }

            return;
        }

        for (int line = 0; line < lines; line++)
        {
            T* from = source + (line * LineStep);
            TTarget* to = target + line;
            for (int p = 0; p < depth; p++)
            {
                *to = TTarget.CreateTruncating(from[p * DepthStep]);
                to += width;
            }
        }
    }
}
