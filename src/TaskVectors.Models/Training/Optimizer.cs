using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Training;

/// <summary>Changes parameters along their gradients. State is kept for each parameter, in F32.</summary>
public abstract class Optimizer : IDisposable
{
    private readonly List<Tensor> _states = [];

    private protected Optimizer(IEnumerable<ParameterGroup> groups)
    {
        Groups = [.. groups];
        if (Groups.SelectMany(group => group.Parameters).Distinct().Count() != Groups.Sum(group => group.Parameters.Count))
        {
            throw new ArgumentException("A parameter is in two groups.", nameof(groups));
        }
    }

    /// <summary>The parameters, by what applies to them.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>How many steps have been made.</summary>
    public int Steps { get; private set; }

    /// <summary>Makes a step. Parameters without a gradient stay as they are.</summary>
    /// <param name="learningRate">The size of the step, times each group's own factor.</param>
    public void Step(double learningRate)
    {
        Steps++;
        foreach (ParameterGroup group in Groups)
        {
            foreach (Tensor parameter in group.Parameters)
            {
                if (parameter.Gradient is { } gradient)
                {
                    Update(parameter, gradient, learningRate * group.LearningRateFactor, group.WeightDecay);
                }
            }
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ClearGradients()
    {
        foreach (Tensor parameter in Groups.SelectMany(group => group.Parameters))
        {
            parameter.ClearGradient();
        }
    }

    /// <summary>Gives the memory of the state back.</summary>
    public void Dispose()
    {
        foreach (Tensor state in _states)
        {
            state.Dispose();
        }

        _states.Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>The names of what is kept for each parameter.</summary>
    internal abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>What is kept for a parameter under a name, or null before its first step.</summary>
    internal abstract Tensor? FindState(Tensor parameter, string name);

    /// <summary>As <see cref="FindState"/>, made of zeros where there is none, to be overwritten with what a checkpoint holds.</summary>
    internal abstract Tensor OpenState(Tensor parameter, string name);

    /// <summary>Continues the count of steps of an earlier run.</summary>
    internal void ResumeAt(int steps) => Steps = steps;

    private protected abstract void Update(Tensor parameter, Tensor gradient, double learningRate, double weightDecay);

    /// <summary>Zeros of a parameter's shape, owned by the optimiser.</summary>
    private protected Tensor NewState(Tensor parameter)
    {
        Tensor state = parameter.Context.AllocateUntracked(parameter.Shape);
        state.Values.Clear();
        _states.Add(state);
        return state;
    }
}
