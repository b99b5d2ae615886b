using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>T T^T with T = P_1 ... P_k is U_1 M M^T U_1^T with M the chain: its eigenvectors are U_1 times those of M M^T.</summary>
internal sealed class SweepSpectrum : SharedSpectrum
{
    private readonly Matrix<double> _first;
    private readonly SymmetricEigen<double> _eigen;
    private readonly ILinearAlgebraProvider _provider;

    private SweepSpectrum(Matrix<double> first, SymmetricEigen<double> eigen, ILinearAlgebraProvider provider)
    {
        _first = first;
        _eigen = eigen;
        _provider = provider;
        Values = eigen.Values.ToArray();
    }

    public override IReadOnlyList<double> Values { get; }

    public static SweepSpectrum Compute(
        IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        Matrix<double> chain = SharedSpectra.Chain(bases, provider, cancellationToken);
        Matrix<double> gram = provider.Multiply(chain.View, chain.Transpose(), cancellationToken);
        return new SweepSpectrum(bases[0], provider.SymmetricEigen(gram.View, cancellationToken), provider);
    }

    public override Matrix<double> Basis(int count) => _provider.Multiply(_first.View, _eigen.Vectors.FirstColumns(count));
}
