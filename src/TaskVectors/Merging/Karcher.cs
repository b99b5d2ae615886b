using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Products;

namespace TaskVectors.Merging;

/// <summary>The Karcher mean of models on the sphere of their directions.</summary>
internal sealed class Karcher : IMergeMethod
{
    // Opposite points have no shortest arc between them; the direction of one is that of rounding.
    private const double SmallestSine = 1e-7;

    private static readonly IntegerParameter Iterations = new("max_iter", "The most steps made.") { Default = 10 };

    private static readonly NumberParameter Tolerance = new("tol", "The angle at which steps end, and the norm at which a tensor counts as zero.") { Default = 1e-5, Minimum = 0 };

    private static readonly ChoiceParameter<KarcherVariant> Variant = new(
        "variant", "What a base is: mergekit counts it as one of the models, paper leaves it out of the mean.", KarcherVariant.Mergekit);

    public string Name => "karcher";

    public string Summary => "Finds the direction with the least sum of squared angles to those of the models, and gives it their mean norm.";

    public string Formula => "theta = (mean of |theta_i|) x, x = argmin over |x| = 1 of sum_i arccos(<x, theta_i> / |theta_i|)^2, found by steps x <- exp_x((1/n) sum_i log_x(theta_i / |theta_i|)) from the normalised mean direction";

    public string Source => "Karcher, \"Riemannian center of mass and mollifier smoothing\", Communications on Pure and Applied Mathematics 30, 1977";

    public BaseRole Base => BaseRole.First;

    public IReadOnlyList<MergeParameter> Parameters => [Iterations, Tolerance, Variant];

    public BaseRole BaseUnder(string? variant) => Variant.Read(variant ?? Variant.DefaultText) is KarcherVariant.Paper ? BaseRole.Unused : Base;

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        int iterations = arguments.Get(Iterations);
        double tolerance = arguments.Get(Tolerance);
        return new TensorwiseKernel(products => Coefficients(products, iterations, tolerance));
    }

    // Points and tangents are sums of the models; only their coefficients are computed.
    private static double[] Coefficients(InnerProducts products, int iterations, double tolerance)
    {
        int count = products.Count;
        double[] norms = [.. Enumerable.Range(0, count).Select(products.Norm)];
        int[] points = [.. Enumerable.Range(0, count).Where(model => norms[model] > tolerance)];
        double[] mean = new double[count];
        if (count == 1 || points.Length == 0)
        {
            mean[0] = 1;
            return mean;
        }

        foreach (int point in points)
        {
            mean[point] = 1 / (points.Length * norms[point]);
        }

        double length = products.NormOf(mean);
        if (length < tolerance)
        {
            Array.Clear(mean);
            mean[points[0]] = 1 / norms[points[0]];
        }
        else
        {
            Scale(mean, 1 / length);
        }

        for (int step = 0; step < iterations && Step(products, points, norms, mean, tolerance); step++)
        {
        }

        Scale(mean, norms.Sum() / count);
        return mean;
    }

    // Moves the mean; false where it is there.
    private static bool Step(InnerProducts products, int[] points, double[] norms, double[] mean, double tolerance)
    {
        double[] tangent = Tangent(products, points, norms, mean, tolerance);
        double distance = products.NormOf(tangent);
        if (!(distance >= tolerance) || distance == 0)
        {
            return false;
        }

        for (int model = 0; model < mean.Length; model++)
        {
            mean[model] = (Math.Cos(distance) * mean[model]) + (Math.Sin(distance) / distance * tangent[model]);
        }

        double length = products.NormOf(mean);
        Scale(mean, length > tolerance ? 1 / length : 1);
        return true;
    }

    private static double[] Tangent(InnerProducts products, int[] points, double[] norms, double[] mean, double tolerance)
    {
        double[] tangent = new double[mean.Length];
        double[] unit = new double[mean.Length];
        foreach (int point in points)
        {
            Array.Clear(unit);
            unit[point] = 1 / norms[point];
            double cosine = Math.Clamp(products.Between(mean, unit), -1, 1);
            double angle = Math.Acos(cosine);
            double sine = Math.Sin(angle);
            if (angle < tolerance || sine < SmallestSine)
            {
                continue;
            }

            double share = angle / sine / points.Length;
            tangent[point] += share / norms[point];
            for (int model = 0; model < mean.Length; model++)
            {
                tangent[model] -= share * cosine * mean[model];
            }
        }

        return tangent;
    }

    private static void Scale(double[] coefficients, double factor)
    {
        for (int model = 0; model < coefficients.Length; model++)
        {
            coefficients[model] *= factor;
        }
    }
}
