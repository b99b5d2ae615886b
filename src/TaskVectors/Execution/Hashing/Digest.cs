using System.IO.Hashing;
using System.Security.Cryptography;

namespace TaskVectors.Execution.Hashing;

/// <summary>An incremental hash whose text form names its algorithm, such as <c>xxh128:0123...</c>.</summary>
internal abstract class Digest : IDisposable
{
    private const string Xxh128Prefix = "xxh128:";
    private const string Sha256Prefix = "sha256:";

    public static Digest Create(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256 ? new Sha256Digest() : new Xxh128Digest();

    /// <summary>The algorithm that made a digest, or <see langword="null"/> for text that is no digest.</summary>
    public static DigestAlgorithm? AlgorithmOf(string digest) =>
        digest.StartsWith(Xxh128Prefix, StringComparison.Ordinal) ? DigestAlgorithm.Xxh128
        : digest.StartsWith(Sha256Prefix, StringComparison.Ordinal) ? DigestAlgorithm.Sha256
        : null;

    /// <summary>The length of a digest in its text form.</summary>
    public static int TextLength(DigestAlgorithm algorithm) => PrefixOf(algorithm).Length + (2 * ByteLength(algorithm));

    /// <summary>The length of a digest in bytes.</summary>
    public static int ByteLength(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256 ? SHA256.HashSizeInBytes : 128 / 8;

    /// <summary>The bytes of the digest of a run of bytes.</summary>
    public static void Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes, Span<byte> hash) =>
        _ = algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(bytes, hash) : XxHash128.Hash(bytes, hash);

    /// <summary>The digest of a run of bytes.</summary>
    public static string Of(DigestAlgorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[ByteLength(algorithm)];
        Hash(algorithm, bytes, hash);
        return PrefixOf(algorithm) + Convert.ToHexStringLower(hash);
    }

    public static string OfText(DigestAlgorithm algorithm, IEnumerable<string> parts)
    {
        using Digest digest = Create(algorithm);
        foreach (string part in parts)
        {
            digest.Append(System.Text.Encoding.UTF8.GetBytes(part));
            digest.Append("\n"u8);
        }

        return digest.Finish();
    }

    public abstract void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The digest of everything appended.</summary>
    public abstract string Finish();

    public abstract void Dispose();

    private static string PrefixOf(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Sha256 ? Sha256Prefix : Xxh128Prefix;

    private sealed class Xxh128Digest : Digest
    {
        private readonly XxHash128 _hash = new();

        public override void Append(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

        public override string Finish() => Xxh128Prefix + Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override void Dispose()
        {
        }
    }

    private sealed class Sha256Digest : Digest
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public override string Finish() => Sha256Prefix + Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override void Dispose() => _hash.Dispose();
    }
}
