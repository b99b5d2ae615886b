using System.Text;

namespace TaskVectors.Checkpoints;

/// <summary>What the first bytes of a file say it is, for messages about files that are not what their name promises.</summary>
/// <param name="Description">What it looks like, to follow "is".</param>
/// <param name="Remedy">What to do about it, as a sentence.</param>
internal sealed record FileSignature(string Description, string Remedy)
{
    /// <summary>The number of bytes from the start of a file that are enough to tell.</summary>
    public const int Length = 64;

    private const byte PickleProtocolOpcode = 0x80;
    private const byte HighestPickleProtocol = 5;

    private static readonly FileSignature GitLfsPointer = new(
        "a Git LFS pointer, not the file it stands for", "Run 'git lfs pull' in the repository, or download the file itself.");

    private static readonly FileSignature WebPage = new(
        "a web page", "The download went wrong (often a missing permission or a wrong address); download the file again.");

    private static readonly FileSignature Zip = new(
        "a zip archive, which is how PyTorch saves checkpoints", "If it is one, give it its extension (.pt, .pth, .bin or .ckpt).");

    private static readonly FileSignature Pickle = new(
        "a Python pickle, which is how old PyTorch saves checkpoints", "If it is one, give it its extension (.pt, .pth, .bin or .ckpt).");

    private static readonly FileSignature Gguf = new("a GGUF file", "Give it the extension .gguf.");

    /// <summary>Finds what a file is by how it starts, or <see langword="null"/> when that is no known start.</summary>
    public static FileSignature? Find(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.StartsWith("version https://git-lfs"u8) => GitLfsPointer,
        _ when IsMarkup(start) => WebPage,
        _ when start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8) => Zip,
        _ when start.StartsWith("GGUF"u8) => Gguf,
        [PickleProtocolOpcode, > 0 and <= HighestPickleProtocol, ..] => Pickle,
        _ => null,
    };

    private static bool IsMarkup(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart(" \t\r\n"u8);
        return StartsWithIgnoringCase(text, "<!doctype"u8)
            || StartsWithIgnoringCase(text, "<html"u8)
            || StartsWithIgnoringCase(text, "<?xml"u8);
    }

    private static bool StartsWithIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);
}
