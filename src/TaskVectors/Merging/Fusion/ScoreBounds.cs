using System.Numerics;

namespace TaskVectors.Merging.Fusion;

/// <summary>Bounds in F64 for numbers in F32 or F64.</summary>
internal static class ScoreBounds
{
    /// <summary>The smallest number of a type that is at least a bound; NaN of NaN.</summary>
    public static T AtLeast<T>(double bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var nearest = T.CreateTruncating(bound);
        return double.CreateTruncating(nearest) < bound ? T.BitIncrement(nearest) : nearest;
    }

    /// <summary>The largest number of a type that is at most a bound; NaN of NaN.</summary>
    public static T AtMost<T>(double bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var nearest = T.CreateTruncating(bound);
        return double.CreateTruncating(nearest) > bound ? T.BitDecrement(nearest) : nearest;
    }
}
