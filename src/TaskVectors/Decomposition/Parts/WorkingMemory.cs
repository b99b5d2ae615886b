namespace TaskVectors.Decomposition.Parts;

/// <summary>How much memory a tensor takes while it is worked on: upper estimates, in bytes.</summary>
internal static class WorkingMemory
{
    /// <summary>The elements that are read, subtracted and written together.</summary>
    public const int TileElements = 64 * 1024;

    /// <summary>Tile buffers: the bytes read, the base and each task in F64, the bytes written.</summary>
    public static long Tiles(int tasks) => (long)TileElements * sizeof(double) * (tasks + 4);

    /// <summary>
    /// The task vectors in F32; one singular value decomposition at a time (counted in F64, as the managed one works); bases, Gram matrices
    /// and random subspaces in F64; the shared part of one task.
    /// </summary>
    /// <param name="rows">The rows of the matrix.</param>
    /// <param name="columns">The columns of the matrix.</param>
    /// <param name="ranks">The rank of each task; at most the smaller side.</param>
    /// <param name="sides">Which spaces are compared.</param>
    public static long Matrices(long rows, long columns, IReadOnlyList<int> ranks, DecompositionSides sides)
    {
        long smaller = Math.Min(rows, columns);
        long elements = rows * columns;
        long total = ranks.Sum(rank => (long)rank);
        long vectors = sizeof(float) * elements * (ranks.Count + 2);
        long svd = sizeof(double) * ((2 * elements) + ((rows + columns) * smaller) + (8 * smaller * smaller));
        long bases =
            (sides == DecompositionSides.Row ? 0 : Bases(rows, total)) + (sides == DecompositionSides.Column ? 0 : Bases(columns, total));
        return Tiles(ranks.Count) + vectors + svd + bases;
    }

    private static long Bases(long dimension, long total)
    {
        long order = Math.Min(dimension, total);
        return sizeof(double) * ((3 * dimension * total) + (3 * order * total) + (6 * order * order));
    }
}
