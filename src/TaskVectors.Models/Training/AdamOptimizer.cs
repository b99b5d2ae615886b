using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019): m = b1 m + (1 - b1) g,
/// v = b2 v + (1 - b2) g^2, theta -= rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
/// </summary>
public sealed class AdamOptimizer : Optimizer
{
    private const string FirstName = "first";
    private const string SecondName = "second";

    private readonly AdamOptions _options;
    private readonly Dictionary<Tensor, (Tensor First, Tensor Second)> _moments = [];

    /// <summary>Makes an optimiser.</summary>
    /// <param name="groups">What it trains.</param>
    /// <param name="options">Its constants.</param>
    public AdamOptimizer(IEnumerable<ParameterGroup> groups, AdamOptions? options = null)
        : base(groups) => _options = options ?? new AdamOptions();

    /// <summary>The running means of the gradient and of its square, once the parameter has had a step.</summary>
    /// <param name="parameter">A parameter.</param>
    public (Tensor First, Tensor Second)? Moments(Tensor parameter) => _moments.TryGetValue(parameter, out (Tensor, Tensor) moments) ? moments : null;

    internal override IReadOnlyList<string> StateNames { get; } = [FirstName, SecondName];

    internal override Tensor? FindState(Tensor parameter, string name) =>
        Moments(parameter) is { } moments ? name == FirstName ? moments.First : moments.Second : null;

    internal override Tensor OpenState(Tensor parameter, string name)
    {
        (Tensor first, Tensor second) = OpenMoments(parameter);
        return name == FirstName ? first : second;
    }

    private protected override void Update(Tensor parameter, Tensor gradient, double learningRate, double weightDecay)
    {
        (Tensor First, Tensor Second) moments = OpenMoments(parameter);
        bool isDecoupled = _options.IsDecayDecoupled;
        AdamStep step = new()
        {
            Beta1 = (float)_options.Beta1,
            Beta2 = (float)_options.Beta2,
            Complement1 = (float)(1 - _options.Beta1),
            Complement2 = (float)(1 - _options.Beta2),
            Epsilon = (float)_options.Epsilon,
            Keep = (float)(isDecoupled ? 1 - (learningRate * weightDecay) : 1),
            Decay = (float)(isDecoupled ? 0 : weightDecay),
            Size = (float)(learningRate / (1 - Math.Pow(_options.Beta1, Steps))),
            RootScale = (float)(1 / Math.Sqrt(1 - Math.Pow(_options.Beta2, Steps))),
        };
        parameter.Context.Team.For(parameter.Count, ActivationOperations.LeastElements, (start, end) => step.Apply(
            gradient.Values[start..end], moments.First.Values[start..end], moments.Second.Values[start..end], parameter.Values[start..end]));
    }

    private (Tensor First, Tensor Second) OpenMoments(Tensor parameter)
    {
        if (!_moments.TryGetValue(parameter, out (Tensor First, Tensor Second) moments))
        {
            moments = (NewState(parameter), NewState(parameter));
            _moments.Add(parameter, moments);
        }

        return moments;
    }
}
