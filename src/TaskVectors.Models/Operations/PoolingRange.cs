namespace TaskVectors.Models.Operations;

/// <summary>The elements of one window along one axis.</summary>
/// <param name="First">The first index within the image.</param>
/// <param name="End">The index after the last.</param>
/// <param name="Step">From one to the next.</param>
/// <param name="Divisor">How many an average divides by.</param>
internal readonly record struct PoolingRange(int First, int End, int Step, int Divisor);
