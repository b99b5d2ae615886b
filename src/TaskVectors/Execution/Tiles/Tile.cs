namespace TaskVectors.Execution.Tiles;

/// <summary>A run of elements of one tensor that is read, computed and written at once.</summary>
/// <param name="Tensor">The index of the tensor.</param>
/// <param name="First">The index of its first element.</param>
/// <param name="Count">The number of its elements.</param>
internal readonly record struct Tile(int Tensor, long First, int Count);
