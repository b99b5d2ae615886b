using System.Runtime.InteropServices;
using TaskVectors.Tensors;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tests.Tensors;

public class GoldenConversionTests
{
    [Theory]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    [InlineData(DType.F8_E4M3)]
    [InlineData(DType.F8_E5M2)]
    [InlineData(DType.F8_E4M3FNUZ)]
    [InlineData(DType.F8_E5M2FNUZ)]
    public void Every_code_decodes_as_the_reference_library_decodes_it(DType dtype)
    {
        ReadOnlySpan<float> expected = MemoryMarshal.Cast<byte, float>(GoldenTensors.Open("decode.safetensors").Bytes(dtype.Name()));
        byte[] codes = Codes.All(dtype);

        foreach (bool vectorized in new[] { false, true })
        {
            float[] single = new float[expected.Length];
            double[] number = new double[expected.Length];
            FloatKernels.For(dtype, vectorized).Decode(codes, single);
            FloatKernels.For(dtype, vectorized).Decode(codes, number);

            for (int code = 0; code < expected.Length; code++)
            {
                Assert.Equal(float.IsNaN(expected[code]), float.IsNaN(single[code]));
                Assert.Equal(float.IsNaN(expected[code]), double.IsNaN(number[code]));
                if (!float.IsNaN(expected[code]))
                {
                    Assert.Equal(BitConverter.SingleToUInt32Bits(expected[code]), BitConverter.SingleToUInt32Bits(single[code]));
                    Assert.Equal(BitConverter.DoubleToUInt64Bits(expected[code]), BitConverter.DoubleToUInt64Bits(number[code]));
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.F32, "F32")]
    [InlineData(DType.F16, "F16")]
    [InlineData(DType.BF16, "BF16")]
    [InlineData(DType.F8_E4M3, "F8_E4M3.saturate")]
    [InlineData(DType.F8_E5M2, "F8_E5M2")]
    [InlineData(DType.F8_E4M3FNUZ, "F8_E4M3FNUZ")]
    [InlineData(DType.F8_E5M2FNUZ, "F8_E5M2FNUZ")]
    public void Binary64_rounds_once_bit_for_bit_as_the_golden_file_says(DType dtype, string column)
    {
        GoldenTensors golden = GoldenTensors.Open("encode.safetensors");
        ReadOnlySpan<double> input = MemoryMarshal.Cast<byte, double>(golden.Bytes("input.F64"));
        ReadOnlySpan<byte> expected = golden.Bytes($"F64.{column}");

        foreach (bool vectorized in new[] { false, true })
        {
            byte[] actual = new byte[expected.Length];
            _ = FloatKernels.For(dtype, vectorized).Encode(input, actual);
            Codes.AssertEqual(dtype, expected, actual, input);
        }
    }

    [Theory]
    [InlineData(DType.F16, "F16")]
    [InlineData(DType.BF16, "BF16")]
    [InlineData(DType.F8_E4M3, "F8_E4M3.saturate")]
    [InlineData(DType.F8_E5M2, "F8_E5M2")]
    [InlineData(DType.F8_E4M3FNUZ, "F8_E4M3FNUZ")]
    [InlineData(DType.F8_E5M2FNUZ, "F8_E5M2FNUZ")]
    public void Binary32_rounds_bit_for_bit_as_the_golden_file_says(DType dtype, string column)
    {
        GoldenTensors golden = GoldenTensors.Open("encode.safetensors");
        ReadOnlySpan<float> input = MemoryMarshal.Cast<byte, float>(golden.Bytes("input.F32"));
        ReadOnlySpan<byte> expected = golden.Bytes($"F32.{column}");
        double[] widened = new double[input.Length];
        TensorConverter.Decode(DType.F32, golden.Bytes("input.F32"), widened);

        foreach (bool vectorized in new[] { false, true })
        {
            byte[] actual = new byte[expected.Length];
            _ = FloatKernels.For(dtype, vectorized).Encode(input, actual);
            Codes.AssertEqual(dtype, expected, actual, widened);
        }
    }
}
