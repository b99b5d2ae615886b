using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>How many units of a merge are worked on at once, and what that takes.</summary>
/// <param name="Units">The units worked on at once.</param>
/// <param name="Threads">The task vectors worked on at once within a unit.</param>
/// <param name="Bytes">The most memory taken: the work of all units at once, and the results that lanes have not read to the end or not begun.</param>
internal sealed record ComputationLimits(int Units, int Threads, long Bytes)
{
    /// <summary>
    /// Finds the largest numbers that fit the memory budget, units first: not every step of a unit is divided between threads.
    /// </summary>
    /// <exception cref="EditException">Not even one unit at a time fits.</exception>
    public static ComputationLimits Plan(MergeCall call, MatrixKernel kernel, IReadOnlyList<PreparedUnit> units, InputResolution resolution)
    {
        int tasks = call.Models.Length;
        int threads = resolution.Options.Threads;
        long waiting = WaitingBytes(units, threads + LaneBudget.ExtraLanes);
        long result = units.Select(unit => unit.ResultBytes).DefaultIfEmpty(0).Max();
        ComputationLimits limits = With(Math.Clamp(units.Count, 1, threads), 1);
        while (limits.Bytes > resolution.BytesPerComputation && limits.Units > 1)
        {
            limits = With(limits.Units - 1, 1);
        }

        int most = Math.Min(tasks, threads / limits.Units);
        while (limits.Threads < most && With(limits.Units, limits.Threads + 1) is { } more && more.Bytes <= resolution.BytesPerComputation)
        {
            limits = more;
        }

        return limits.Bytes <= resolution.BytesPerComputation ? limits : throw TooLarge(call, kernel, units, limits, resolution);

        ComputationLimits With(int unitCount, int threadCount) =>
            new(unitCount, threadCount, waiting + ((unitCount - 1) * result) + (unitCount * units.Select(unit => kernel.WorkingBytes(unit.Unit, tasks, threadCount)).DefaultIfEmpty(0).Max()));
    }

    // Lanes take tiles in order, so the results that some lane still reads belong to neighbouring units: all tiles of those between the first
    // and the last are in the hands of lanes.
    private static long WaitingBytes(IReadOnlyList<PreparedUnit> units, int lanes)
    {
        long most = 0;
        for (int first = 0; first < units.Count; first++)
        {
            long bytes = 0;
            long between = 0;
            for (int last = first; last < units.Count && (last == first || between + 2 <= lanes); last++)
            {
                bytes += units[last].ResultBytes;
                between += last == first ? 0 : units[last].TileCount;
            }

            most = Math.Max(most, bytes);
        }

        return most;
    }

    private static EditException TooLarge(MergeCall call, MatrixKernel kernel, IReadOnlyList<PreparedUnit> units, ComputationLimits limits, InputResolution resolution)
    {
        PreparedUnit largest = units.MaxBy(unit => kernel.WorkingBytes(unit.Unit, call.Models.Length, 1))!;
        string tensor = largest.Unit.Tensors[0].Name;
        double factor = (double)resolution.Options.Memory / resolution.BytesPerComputation;
        long needed = (long)(limits.Bytes * factor) + 1;
        return new EditException(
            EditError.NotEnoughMemory,
            $"The method {call.Method.Name} needs the whole of '{tensor}' {largest.Unit.Tensors[0].Shape} of {call.Models.Length} task vectors at once: {ByteSize.Format(limits.Bytes)}, more than the memory budget of {ByteSize.Format(resolution.Options.Memory)} leaves. Pass --memory {(needed >> 20) + 1}MiB, or leave the tensor alone with --exclude.")
        {
            Tensor = tensor,
        };
    }
}
