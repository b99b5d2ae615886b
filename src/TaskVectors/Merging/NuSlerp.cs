using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Products;

namespace TaskVectors.Merging;

/// <summary>Spherical interpolation by weights: of whole tensors, of rows or of columns; of models, or of their differences to a base.</summary>
internal sealed class NuSlerp : IMergeMethod
{
    private const double SmallestNorm = 1e-7;

    private const double SmallestSine = 1e-8;

    private const double SmallestSum = 1e-6;

    private static readonly NumberParameter Weight = new("weight", "The share of the model: t is the second weight over the sum of both.") { IsPerModel = true };

    private static readonly BooleanParameter Flatten = new("nuslerp_flatten", "Whether each tensor is one vector.", true);

    private static readonly BooleanParameter Columnwise = new(
        "nuslerp_row_wise", "Where tensors are not flattened: whether vectors run along the first axis (the columns of a matrix) rather than along the last (its rows).", false);

    public string Name => "nuslerp";

    public string Summary => "Interpolates two models or task vectors along the arc between them, by their weights; as whole tensors, by rows or by columns.";

    public string Formula => "v = (sin((1 - t) w) v_0 + sin(t w) v_1) / sin(w), cos(w) = <v_0, v_1> / (|v_0| |v_1|), t = weight_1 / (weight_0 + weight_1); v_i = theta_i, or tau_i with a base; (1 - t) v_0 + t v_1 where sin(w) < 1e-8";

    public string Source => "Shoemake, \"Animating rotation with quaternion curves\", SIGGRAPH 1985, applied to rows, columns and task vectors";

    public int MinimumVectors => 2;

    public int? MaximumVectors => 2;

    public BaseRole Base => BaseRole.OptionalOrigin;

    public IReadOnlyList<MergeParameter> Parameters => [Weight, Flatten, Columnwise];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double sum = arguments.Get(Weight, 0) + arguments.Get(Weight, 1);
        double position = Math.Abs(sum) < SmallestSum ? 0.5 : arguments.Get(Weight, 1) / sum;
        Func<InnerProducts, double[]> coefficients = products =>
        {
            (double first, double second) = Coefficients(position, products[0, 0], products[0, 1], products[1, 1]);
            return [first, second];
        };
        return arguments.Get(Flatten) ? new TensorwiseKernel(coefficients)
            : arguments.Get(Columnwise) ? new ColumnwiseKernel((first, product, second) => Coefficients(position, first, product, second))
            : new RowwiseKernel(coefficients);
    }

    private static (double First, double Second) Coefficients(double position, double first, double product, double second)
    {
        double norms = Math.Max(Math.Sqrt(first), SmallestNorm) * Math.Max(Math.Sqrt(second), SmallestNorm);
        double angle = Math.Acos(Math.Clamp(product / norms, -1, 1));
        double sine = Math.Sin(angle);
        return Math.Abs(sine) < SmallestSine ? (1 - position, position) : (Math.Sin((1 - position) * angle) / sine, Math.Sin(position * angle) / sine);
    }
}
