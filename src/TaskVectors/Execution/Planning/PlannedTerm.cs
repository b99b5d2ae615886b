using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>One input of an output tensor.</summary>
/// <param name="Input">The index of the input in <see cref="EditPlan.Inputs"/>.</param>
/// <param name="Tensor">The tensor read from it.</param>
/// <param name="Coefficient">Its coefficient; 0 where it is read only to measure how far the edit moves.</param>
public sealed record PlannedTerm(int Input, TensorInfo Tensor, double Coefficient);
