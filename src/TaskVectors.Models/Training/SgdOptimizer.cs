using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Training;

/// <summary>
/// Stochastic gradient descent: g += decay theta; b = momentum b + g (b = g at the first step); theta -= rate b, or with Nesterov's look ahead
/// theta -= rate (g + momentum b) (Sutskever et al., 2013).
/// </summary>
public sealed class SgdOptimizer : Optimizer
{
    private readonly double _momentum;
    private readonly bool _isNesterov;
    private readonly Dictionary<Tensor, Tensor> _buffers = [];

    /// <summary>Makes an optimiser.</summary>
    /// <param name="groups">What it trains.</param>
    /// <param name="momentum">How much of the last direction is kept; 0 for none.</param>
    /// <param name="isNesterov">Whether the gradient is taken as if the next step had been made; needs a momentum.</param>
    public SgdOptimizer(IEnumerable<ParameterGroup> groups, double momentum = 0, bool isNesterov = false)
        : base(groups)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        (_momentum, _isNesterov) = (momentum, isNesterov);
    }

    /// <summary>The direction of a parameter, once it has had a step with momentum.</summary>
    /// <param name="parameter">A parameter.</param>
    public Tensor? Buffer(Tensor parameter) => _buffers.GetValueOrDefault(parameter);

    internal override IReadOnlyList<string> StateNames => _momentum == 0 ? [] : ["direction"];

    internal override Tensor? FindState(Tensor parameter, string name) => Buffer(parameter);

    internal override Tensor OpenState(Tensor parameter, string name)
    {
        if (!_buffers.TryGetValue(parameter, out Tensor? buffer))
        {
            buffer = NewState(parameter);
            _buffers.Add(parameter, buffer);
        }

        return buffer;
    }

    private protected override void Update(Tensor parameter, Tensor gradient, double learningRate, double weightDecay)
    {
        Span<float> theta = parameter.Values;
        if (weightDecay != 0)
        {
            Elementwise.MultiplyAdd((float)weightDecay, theta, gradient.Values);
        }

        if (_momentum == 0)
        {
            Elementwise.MultiplyAdd((float)-learningRate, gradient.Values, theta);
            return;
        }

        Span<float> direction = OpenState(parameter, StateNames[0]).Values;
        Elementwise.Scale((float)_momentum, direction, direction);
        Elementwise.Add(gradient.Values, direction);
        if (_isNesterov)
        {
            Elementwise.MultiplyAdd((float)-learningRate, gradient.Values, theta);
        }

        Elementwise.MultiplyAdd((float)(-learningRate * (_isNesterov ? _momentum : 1)), direction, theta);
    }
}
