using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Products;

/// <summary>The inner products of the models over a whole tensor, and the coefficients that follow from them.</summary>
/// <param name="models">The number of models.</param>
/// <param name="coefficientsOf">Gives a coefficient for each model.</param>
internal sealed class ProductStatistic(int models, Func<InnerProducts, double[]> coefficientsOf) : TensorStatistic
{
    private readonly InnerProducts _products = new(models);
    private double[]? _coefficients;

    public override bool NeedsPass => _coefficients is null;

    /// <summary>A coefficient for each model.</summary>
    public double[] Coefficients => _coefficients!;

    public override ChunkStatistic Begin() => new Chunk(models);

    public override void Add(ChunkStatistic chunk) => _products.Add(((Chunk)chunk).Products);

    public override void EndPass() => _coefficients = coefficientsOf(_products);

    private sealed class Chunk(int models) : ChunkStatistic
    {
        public InnerProducts Products { get; } = new(models);

        public override void Observe(MergeBlock block) => Products.Observe(block.Values);

        internal override void Observe(MergeBlock<float> block) => Products.Observe(block);
    }
}
