using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Tests.Autograd;

public sealed class ComputeContextTests
{
    [Fact]
    public void Memory_of_a_scope_comes_back_when_it_is_closed()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Tensor weight = context.AllocateUntracked(new TaskVectors.Tensors.TensorShape(64, 64));
        weight.Values.Fill(0.1f);
        weight.RequiresGradient = true;
        long before = 0;
        for (int step = 0; step < 3; step++)
        {
            using (TensorScope scope = context.BeginScope())
            {
                Tensor loss = context.Zeros(8, 64).AddScalar(1).Linear(weight).Activate(Activation.GeluExact).Sum();
                context.Backward(loss);
            }

            weight.ClearGradient();
            before = step == 0 ? context.TensorBytes : before;
        }

        Assert.Equal(before, context.TensorBytes);
    }

    [Fact]
    public void Backward_releases_what_it_has_passed_but_not_what_is_retained()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 1 });
        using TensorScope scope = context.BeginScope();
        Tensor x = context.Create([1, 2, 3], 3);
        x.RequiresGradient = true;
        Tensor passed = x.Scale(2);
        Tensor kept = passed.Scale(3).Retain();
        Tensor loss = kept.Multiply(kept).Sum();

        context.Backward(loss);

        Assert.True(passed.IsReleased);
        Assert.Throws<ObjectDisposedException>(() => passed.Values.Length);
        Assert.Equal([6f, 12, 18], kept.ToArray());
        Assert.Equal([12f, 24, 36], kept.Gradient!.ToArray());
        Assert.Equal([72f, 144, 216], x.Gradient!.ToArray());
        Assert.Equal(504, loss.Item());
    }

    [Fact]
    public void Gradients_of_several_uses_add_up()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using TensorScope scope = context.BeginScope();
        Tensor x = context.Create([1, -2], 2);
        x.RequiresGradient = true;

        context.Backward(x.Add(x).Add(x.Multiply(x)).Sum());

        Assert.Equal([4f, -2], x.Gradient!.ToArray());
    }

    [Fact]
    public void Inference_records_nothing()
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 1 });
        using TensorScope scope = context.BeginScope();
        Tensor x = context.Create([1, 2], 2);
        x.RequiresGradient = true;
        Tensor y;
        using (context.BeginInference())
        {
            y = x.Scale(2).Sum();
        }

        Assert.False(y.RequiresGradient);
        Assert.Throws<ArgumentException>(() => context.Backward(y));
    }

    [Fact]
    public void The_number_of_threads_changes_results_by_rounding_at_most_and_the_same_number_not_at_all()
    {
        float[][] results = [.. new[] { 1, 2, 3, 2 }.Select(Run)];

        Assert.Equal(results[1], results[3]);
        for (int i = 0; i < results[0].Length; i++)
        {
            Assert.Equal(results[0][i], results[1][i], 1e-3f);
            Assert.Equal(results[0][i], results[2][i], 1e-3f);
        }
    }

    [Fact]
    public void A_failure_in_a_thread_is_thrown_where_the_loop_was_started()
    {
        using WorkerTeam team = new(3);

        Assert.Throws<InvalidOperationException>(() => team.Run(part =>
        {
            if (part == 2)
            {
                throw new InvalidOperationException();
            }
        }));
        Assert.Throws<InvalidOperationException>(() => team.Run(_ => throw new InvalidOperationException()));
        int sum = 0;
        team.For(100, 1, (start, end) => Interlocked.Add(ref sum, end - start));
        Assert.Equal(100, sum);
    }

    private static float[] Run(int threads)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = threads });
        using TensorScope scope = context.BeginScope();
        Random random = new(5);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        Tensor x = context.Create(Numbers(130 * 96), 2, 65, 96);
        Tensor weight = context.Create(Numbers(96 * 288), 288, 96);
        Tensor scale = context.Create(Numbers(96), 96);
        Tensor shift = context.Create(Numbers(96), 96);
        weight.RequiresGradient = true;
        scale.RequiresGradient = true;
        Tensor packed = x.LayerNorm(scale, shift, 1e-5f).Linear(weight);
        Tensor attended = AttentionOperations.Attend(
            new Heads(packed, 4, 24), new Heads(packed, 4, 24, 96), new Heads(packed, 4, 24, 192), new AttentionOptions { IsCausal = true });
        context.Backward(attended.Activate(Activation.GeluExact).Sum());
        return [.. weight.Gradient!.ToArray(), .. scale.Gradient!.ToArray()];
    }
}
