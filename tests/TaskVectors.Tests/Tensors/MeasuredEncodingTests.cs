using System.Runtime.InteropServices;
using TaskVectors.Tensors;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tests.Tensors;

/// <summary>Encoding and measuring in one pass against the same in steps, and the vector code against its scalar twin, bit for bit.</summary>
public class MeasuredEncodingTests
{
    public static TheoryData<DType, SumPrecision, bool> Cases
    {
        get
        {
            var cases = new TheoryData<DType, SumPrecision, bool>();
            foreach (DType dtype in DTypes.All.Where(dtype => dtype.IsArithmetic()))
            {
                foreach (SumPrecision precision in Enum.GetValues<SumPrecision>())
                {
                    cases.Add(dtype, precision, true);
                    cases.Add(dtype, precision, false);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vectors_and_scalars_give_the_same_codes_sums_and_counts(DType dtype, SumPrecision precision, bool hasReference)
    {
        for (int length = 0; length <= 100; length++)
        {
            double[] exact = Samples.Numbers(dtype, length, length);
            CompareCodes(dtype, precision, exact);
            CompareDifferences(exact, hasReference ? Samples.Numbers(DType.F64, length, length + 1) : []);
        }

        // Long runs of ordinary numbers with a rare special one between.
        double[] ordinary = [.. Enumerable.Range(0, 5_003).Select(index => Math.ScaleB(Math.Sin(index), (index % 37) - 25))];
        ordinary[1_234] = double.NaN;
        ordinary[3_210] = 1e300;
        CompareCodes(dtype, precision, ordinary);
        CompareDifferences(ordinary, hasReference ? [.. ordinary.Select(number => number * 0.9)] : []);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_pass_gives_what_the_steps_give(DType dtype, SumPrecision precision, bool hasReference)
    {
        double[] exact = [.. Enumerable.Range(0, 2_051).Select(index => Math.ScaleB(Math.Cos(index), (index % 31) - 20))];
        double[] reference = hasReference ? [.. exact.Select(number => number * 1.01)] : [];
        double[] sums = precision == SumPrecision.Single ? [.. exact.Select(number => (double)(float)number)] : exact;
        byte[] expected = new byte[exact.Length * dtype.BitSize() / 8];
        byte[] actual = new byte[expected.Length];

        EncodeCounts expectedCounts = TensorConverter.Encode(dtype, sums, expected);
        EditStatistics expectedStatistics = hasReference
            ? TensorStatistics.Measure(dtype, expected, exact, reference)
            : TensorStatistics.Measure(dtype, expected, exact);
        (EncodeCounts counts, EditStatistics statistics) = TensorConverter.EncodeMeasured(dtype, precision, exact, reference, actual);

        Assert.Equal(expected, actual);
        Assert.Equal(expectedCounts, counts);
        Assert.Equal(expectedStatistics, statistics);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TensorConverter.EncodeMeasured(DType.F32, SumPrecision.Double, new double[4], [], new byte[15]));
        Assert.Throws<ArgumentException>(() => TensorConverter.EncodeMeasured(DType.F32, SumPrecision.Double, new double[4], new double[3], new byte[16]));
        Assert.Throws<ArgumentException>(() => TensorConverter.EncodeMeasured(DType.I32, SumPrecision.Double, new double[4], [], new byte[16]));
    }

    private static void CompareDifferences(double[] exact, double[] reference)
    {
        double[] scalar = new double[FixedOrderSum.Lanes];
        double[] vector = new double[FixedOrderSum.Lanes];
        EditSums.AddDifferencesScalar(exact, reference, scalar);
        int done = EditSums.AddDifferencesVector(exact, reference, vector);
        EditSums.AddDifferencesScalar(exact.AsSpan(done), reference.AsSpan(reference.Length == 0 ? 0 : done), vector);
        Assert.Equal(MemoryMarshal.AsBytes(scalar.AsSpan()), MemoryMarshal.AsBytes(vector.AsSpan()));
    }

    private static void CompareCodes(DType dtype, SumPrecision precision, double[] exact)
    {
        (byte[] codes, double[] lanes, (long, long) counts) = Run(FloatKernels.For(dtype, vectorized: false));
        (byte[] vectorCodes, double[] vectorLanes, (long, long) vectorCounts) = Run(FloatKernels.For(dtype, vectorized: true));
        Assert.Equal(codes, vectorCodes);
        Assert.Equal(MemoryMarshal.AsBytes(lanes.AsSpan()), MemoryMarshal.AsBytes(vectorLanes.AsSpan()));
        Assert.Equal(counts, vectorCounts);

        (byte[], double[], (long, long)) Run(FloatKernels kernels)
        {
            byte[] bytes = new byte[(exact.Length * dtype.BitSize() / 8) + 1];
            double[] sums = new double[FixedOrderSum.Lanes];
            (long, long) found = kernels.EncodeMeasured(precision, exact, bytes.AsSpan(1), sums);
            return (bytes, sums, found);
        }
    }
}
