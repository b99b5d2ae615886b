using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Tests.Autograd;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_part_of_every_loop_is_run_once(int threads)
    {
        using WorkerTeam team = new(threads);
        int[] calls = new int[threads];
        for (int loop = 1; loop <= 20000; loop++)
        {
            team.Run(part => Interlocked.Increment(ref calls[part]));
            Assert.All(calls, count => Assert.Equal(loop, count));
        }
    }

    [Fact]
    public void Ranges_cover_the_whole_without_overlap_and_only_the_threads_decide_them()
    {
        using WorkerTeam team = new(3);
        foreach ((int count, int least) in (ReadOnlySpan<(int, int)>)[(0, 1), (1, 1), (7, 1), (7, 4), (100, 7)])
        {
            int[] visits = new int[count];
            List<int> starts = [];
            team.For(count, least, (start, end) =>
            {
                lock (starts)
                {
                    starts.Add(start);
                }

                for (int i = start; i < end; i++)
                {
                    visits[i]++;
                }
            });
            int parts = count == 0 ? 0 : Math.Clamp(count / least, 1, 3);
            Assert.All(visits, visit => Assert.Equal(1, visit));
            Assert.Equal(Enumerable.Range(0, parts).Select(part => count * part / parts), starts.Order());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_error_of_any_part_comes_out_after_all_have_ended_and_the_team_goes_on(int failing)
    {
        using WorkerTeam team = new(3);
        int ended = 0;
        for (int loop = 0; loop < 100; loop++)
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => team.Run(part =>
            {
                _ = Interlocked.Increment(ref ended);
                if (part == failing)
                {
                    throw new InvalidOperationException($"part {part}");
                }
            }));
            Assert.Equal($"part {failing}", error.Message);
            Assert.Equal(3 * (loop + 1), ended);
        }

        team.Run(part => Interlocked.Increment(ref ended));
        Assert.Equal(303, ended);
    }

    [Fact]
    public void A_loop_within_a_loop_runs_its_parts_in_turn()
    {
        using WorkerTeam team = new(2);
        int[] sums = new int[2];
        team.Run(outer => team.Run(inner => sums[outer] += inner + 1));
        Assert.Equal([3, 3], sums);
    }

    [Fact]
    public void Threads_that_have_fallen_asleep_are_woken_and_the_caller_waits_for_slow_ones()
    {
        using WorkerTeam team = new(2);
        for (int loop = 0; loop < 5; loop++)
        {
            Thread.Sleep(10);
            int ended = 0;
            using ManualResetEventSlim both = new();
            team.Run(part =>
            {
                // The first part waits for the second, so two threads must be at work; then one of them takes long.
                if (part == 1)
                {
                    both.Set();
                    Thread.Sleep(10);
                }
                else
                {
                    both.Wait();
                }

                _ = Interlocked.Increment(ref ended);
            });
            Assert.Equal(2, ended);
        }
    }
}
