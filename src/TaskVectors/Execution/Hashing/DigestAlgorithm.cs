namespace TaskVectors.Execution.Hashing;

/// <summary>How the bytes of tensors and files are hashed in manifests.</summary>
public enum DigestAlgorithm
{
    /// <summary>XXH128: detects every accident at memory speed; not a defence against somebody who forges weights on purpose.</summary>
    Xxh128,

    /// <summary>SHA-256: cryptographic, at about a tenth of the speed.</summary>
    Sha256,
}
