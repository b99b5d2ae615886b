using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Tests.Autograd;

/// <summary>Kernels over BF16 and F16 codes against the same kernels over the widened numbers, bit for bit.</summary>
public sealed class StoredKernelsTests
{
    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Every_code_is_widened_to_its_value(DType dtype)
    {
        ushort[] codes = [.. Enumerable.Range(0, 1 << 16).Select(code => (ushort)code)];
        float[] expected = Widened(dtype, codes);
        for (int i = 0; i < codes.Length; i += 8)
        {
            Vector128<ushort> part = Vector128.Create(codes.AsSpan(i, 8));
            Vector256<float> values = dtype == DType.BF16 ? BFloat16StoredCodec.Widen(part) : Float16StoredCodec.Widen(part);
            for (int lane = 0; lane < 8; lane++)
            {
                if (float.IsNaN(expected[i + lane]))
                {
                    Assert.True(float.IsNaN(values[lane]), $"code {i + lane:x4}");
                }
                else
                {
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected[i + lane]), BitConverter.SingleToInt32Bits(values[lane]));
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Sums_of_products_are_those_of_widened_weights(DType dtype)
    {
        for (int length = 0; length <= 133; length++)
        {
            (float[] x, ushort[] codes) = (Numbers(length, 3), Codes(dtype, length, 4));
            Assert.Equal(Elementwise.Dot(x, Widened(dtype, codes)), StoredKernels.Dot(dtype, codes, x));
        }
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Scaled_weights_are_added_like_widened_ones(DType dtype)
    {
        for (int length = 0; length <= 133; length++)
        {
            (float[] expected, ushort[] codes) = (Numbers(length, 3), Codes(dtype, length, 4));
            float[] actual = [.. expected];
            Elementwise.MultiplyAdd(0.3f, Widened(dtype, codes), expected);
            StoredKernels.MultiplyAdd(dtype, 0.3f, codes, actual);
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData(DType.BF16, (ushort)0x7FC0)]
    [InlineData(DType.BF16, (ushort)0x7F80)]
    [InlineData(DType.F16, (ushort)0x7E00)]
    [InlineData(DType.F16, (ushort)0x7C00)]
    public void Infinities_and_NaN_go_through_wherever_they_stand(DType dtype, ushort code)
    {
        for (int place = 0; place < 45; place++)
        {
            ushort[] codes = new ushort[45];
            codes[place] = code;
            float[] x = new float[45];
            x.AsSpan().Fill(2);
            float value = Widened(dtype, [code])[0];
            Assert.Equal(value, StoredKernels.Dot(dtype, codes, x));
            StoredKernels.MultiplyAdd(dtype, 1, codes, x);
            Assert.Equal(value, x[place]);
            Assert.Equal(44, x.Count(other => other == 2));
        }
    }

    internal static float[] Widened(DType dtype, ReadOnlySpan<ushort> codes)
    {
        float[] values = new float[codes.Length];
        TensorConverter.Decode(dtype, MemoryMarshal.AsBytes(codes), values.AsSpan());
        return values;
    }

    internal static ushort[] Codes(DType dtype, int count, int seed)
    {
        ushort[] codes = new ushort[count];
        _ = TensorConverter.Encode(dtype, Numbers(count, seed).AsSpan(), MemoryMarshal.AsBytes(codes.AsSpan()));
        return codes;
    }

    internal static float[] Numbers(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
