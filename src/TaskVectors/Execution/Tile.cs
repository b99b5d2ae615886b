namespace TaskVectors.Execution;

/// <summary>A run of elements of one tensor that is read, computed and written at once.</summary>
/// <param name="Tensor">The index of the tensor.</param>
/// <param name="Ordinal">The index of the tile in its tensor.</param>
/// <param name="First">The index of its first element.</param>
/// <param name="Count">The number of its elements.</param>
/// <param name="IsLast">Whether the tensor ends with it.</param>
internal readonly record struct Tile(int Tensor, long Ordinal, long First, int Count, bool IsLast);
