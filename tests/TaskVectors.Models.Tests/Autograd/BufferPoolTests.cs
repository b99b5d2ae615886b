using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Tests.Autograd;

public sealed class BufferPoolTests
{
    [Fact]
    public void Classes_hold_what_they_are_for_and_waste_at_most_an_eighth()
    {
        for (int count = 1; count < 1 << 22; count += 1 + (count / 37))
        {
            int sizeClass = BufferPool.ClassOf(count);
            int capacity = BufferPool.CapacityOf(sizeClass);

            Assert.True(capacity >= count, $"{count} elements do not fit into {capacity}");
            Assert.True(capacity <= Math.Max(64, count * 9 / 8), $"{capacity} elements for {count}");
            Assert.Equal(sizeClass, BufferPool.ClassOf(capacity));
        }

        Assert.True(BufferPool.CapacityOf(BufferPool.ClassOf(int.MaxValue - 64)) >= int.MaxValue - 64);
    }

    [Fact]
    public void What_is_held_stays_near_the_largest_need_although_sizes_change()
    {
        using BufferPool pool = new();
        Random random = new(3);
        long largest = 0;
        for (int round = 0; round < 40; round++)
        {
            List<NativeBuffer> lent = [];
            for (int i = 0; i < 8; i++)
            {
                lent.Add(pool.Rent(random.Next(1 << 18, 1 << 21)));
            }

            largest = Math.Max(largest, pool.LentBytes);
            lent.ForEach(pool.Return);
            Assert.Equal(0, pool.LentBytes);
        }

        Assert.InRange(pool.PeakBytes, largest, largest + (64 << 20));
    }

    [Fact]
    public void A_buffer_that_came_back_is_lent_again()
    {
        using BufferPool pool = new();
        NativeBuffer first = pool.Rent(1000);
        pool.Return(first);

        Assert.Same(first, pool.Rent(900));
    }
}
