namespace TaskVectors.Execution.Hashing;

/// <summary>Hashes whole files.</summary>
internal static class FileHash
{
    private const int BufferSize = 1 << 20;

    public static string Of(string path, DigestAlgorithm algorithm)
    {
        using Digest digest = Digest.Create(algorithm);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        byte[] buffer = new byte[Math.Clamp(stream.Length, 1, BufferSize)];
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            digest.Append(buffer.AsSpan(0, read));
        }

        return digest.Finish();
    }
}
