using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Products;

namespace TaskVectors.Merging;

/// <summary>Spherical linear interpolation of two models, each tensor taken as one vector.</summary>
internal sealed class Slerp : IMergeMethod
{
    // Beyond this cosine the arc is a line but for rounding.
    private const double NearlyParallel = 0.9995;

    // Shorter vectors have no direction and are not made unit vectors.
    private const double SmallestNorm = 1e-8;

    private static readonly NumberParameter Position = new("t", "Where on the arc the result lies: 0 is the first model, 1 the second; beyond them it extrapolates.");

    public string Name => "slerp";

    public string Summary => "Interpolates two models along the arc between them, each tensor as one vector.";

    public string Formula => "theta = (sin((1 - t) w) theta_0 + sin(t w) theta_1) / sin(w), cos(w) = <theta_0, theta_1> / (|theta_0| |theta_1|); (1 - t) theta_0 + t theta_1 where |cos(w)| > 0.9995";

    public string Source => "Shoemake, \"Animating rotation with quaternion curves\", SIGGRAPH 1985";

    public int MinimumVectors => 2;

    public int? MaximumVectors => 2;

    public BaseRole Base => BaseRole.First;

    public IReadOnlyList<MergeParameter> Parameters => [Position];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double position = arguments.Get(Position);
        return new TensorwiseKernel(products => Coefficients(position, products));
    }

    private static double[] Coefficients(double position, InnerProducts products)
    {
        double cosine = products[0, 1] / (Divisor(products.Norm(0)) * Divisor(products.Norm(1)));
        if (Math.Abs(cosine) > NearlyParallel)
        {
            return [1 - position, position];
        }

        double angle = Math.Acos(cosine);
        double sine = Math.Sin(angle);
        return [Math.Sin((1 - position) * angle) / sine, Math.Sin(position * angle) / sine];
    }

    private static double Divisor(double norm) => norm > SmallestNorm ? norm : 1;
}
