namespace TaskVectors.Models.Autograd;

/// <summary>A function applied to every element.</summary>
public enum Activation
{
    /// <summary>x itself.</summary>
    None,

    /// <summary>GELU with the error function: x / 2 (1 + erf(x / sqrt 2)).</summary>
    GeluExact,

    /// <summary>GELU with a hyperbolic tangent: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).</summary>
    GeluTanh,

    /// <summary>GELU with a logistic function: x / (1 + e^(-1.702 x)).</summary>
    GeluQuick,

    /// <summary>SiLU or swish: x / (1 + e^-x).</summary>
    Silu,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>The logistic function 1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>The natural logarithm.</summary>
    Log,

    /// <summary>The square root.</summary>
    SquareRoot,
}
