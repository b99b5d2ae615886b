using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>What was measured on one block of a tensor.</summary>
internal readonly record struct BlockStatistics(EditStatistics Statistics, long Saturated);
