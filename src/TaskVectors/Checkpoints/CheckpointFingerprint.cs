using System.IO.Hashing;
using System.Text;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints;

/// <summary>
/// A quick identity of a checkpoint: a hash of every tensor's name, dtype and shape and of up to three samples of its bytes (start, middle,
/// end). It does not depend on how the tensors are spread over files. Two checkpoints that differ in headers or in a sampled
/// value have different fingerprints; the content hash in a manifest covers every byte.
/// </summary>
internal static class CheckpointFingerprint
{
    private const int SampleBytes = 1024;

    /// <summary>Computes the fingerprint; reads at most 3 KiB a tensor.</summary>
    /// <exception cref="TaskVectorsException">Reading failed.</exception>
    public static string Compute(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.ComputeFingerprint();
    }

    internal static string OfSamples(CheckpointSource source)
    {
        using ICheckpointReader reader = source.OpenReader();
        var hash = new XxHash128();
        byte[] sample = new byte[SampleBytes];
        foreach (TensorInfo tensor in source.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{tensor.Name}\0{tensor.DType.Name()}{tensor.Shape}\n"));
            foreach ((long offset, int length) in Samples(tensor.ByteCount))
            {
                reader.Read(tensor, offset, sample.AsSpan(0, length));
                hash.Append(sample.AsSpan(0, length));
            }
        }

        return "xxh128:" + Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static IEnumerable<(long Offset, int Length)> Samples(long bytes)
    {
        if (bytes <= 3 * SampleBytes)
        {
            for (long offset = 0; offset < bytes; offset += SampleBytes)
            {
                yield return (offset, (int)Math.Min(SampleBytes, bytes - offset));
            }

            yield break;
        }

        yield return (0, SampleBytes);
        yield return ((bytes - SampleBytes) / 2 / 8 * 8, SampleBytes);
        yield return (bytes - SampleBytes, SampleBytes);
    }
}
