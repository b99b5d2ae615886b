using System.Collections.Concurrent;
using TaskVectors.Execution.Merges;

namespace TaskVectors.Tests.Execution;

/// <summary>Which units are merged before they are asked for.</summary>
public class UnitsAheadTests
{
    [Fact]
    public void Units_read_in_order_are_begun_ahead_and_each_only_once()
    {
        var begun = new ConcurrentQueue<int>();
        var ahead = new UnitsAhead(5, most: 2, begun.Enqueue, _ => Assert.Fail("Nothing is passed over."));
        foreach (int unit in new[] { 0, 0, 1, 0, 1, 2, 3, 4 })
        {
            ahead.Ask(unit);
            Assert.True(SpinWait.SpinUntil(() => begun.Order().SequenceEqual(Enumerable.Range(1, Math.Min(4, begun.IsEmpty ? 2 : begun.Max()))) && begun.Max() >= Math.Min(4, unit + 2), 10_000));
        }

        ahead.Dispose();
        Assert.Equal([1, 2, 3, 4], begun.Order());
    }

    [Fact]
    public void Units_passed_over_are_dropped_and_a_jump_begins_nothing()
    {
        var begun = new ConcurrentQueue<int>();
        var dropped = new ConcurrentQueue<int>();
        var ahead = new UnitsAhead(10, most: 1, begun.Enqueue, dropped.Enqueue);
        ahead.Ask(0);
        Assert.True(SpinWait.SpinUntil(() => begun.Contains(1), 10_000));
        ahead.Ask(5);
        ahead.Dispose();
        Assert.Equal([1], begun);
        Assert.Equal([1], dropped);
    }

    [Fact]
    public void A_unit_that_fails_ahead_leaves_the_error_to_whoever_asks()
    {
        using var ahead = new UnitsAhead(3, most: 1, unit => throw new InvalidOperationException($"{unit}"), _ => { });
        ahead.Ask(0);
        ahead.Ask(1);
    }

    [Fact]
    public void Nothing_is_begun_where_one_unit_at_a_time_fits()
    {
        var begun = new ConcurrentQueue<int>();
        var ahead = new UnitsAhead(3, most: 0, begun.Enqueue, _ => { });
        ahead.Ask(0);
        ahead.Ask(1);
        ahead.Dispose();
        Assert.Empty(begun);
    }
}
