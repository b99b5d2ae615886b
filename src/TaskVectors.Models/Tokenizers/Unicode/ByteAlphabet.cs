namespace TaskVectors.Models.Tokenizers.Unicode;

/// <summary>
/// GPT-2's alphabet of bytes: printable Latin-1 characters stand for themselves, the others for U+0100 onwards, so that no token holds a
/// space or control.
/// </summary>
internal static class ByteAlphabet
{
    private const int Shift = 0x100;

    private static readonly int[] Points = CreatePoints();
    private static readonly short[] Bytes = CreateBytes();

    /// <summary>How a space is written.</summary>
    public static int Space => Points[' '];

    public static int PointOf(byte value) => Points[value];

    /// <summary>The byte that a code point stands for, or -1.</summary>
    public static int ByteOf(int point) => (uint)point < (uint)Bytes.Length ? Bytes[point] : -1;

    private static int[] CreatePoints()
    {
        int[] points = new int[256];
        int shifted = Shift;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            points[value] = printable ? value : shifted++;
        }

        return points;
    }

    private static short[] CreateBytes()
    {
        short[] bytes = new short[Shift + 256];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
        {
            bytes[Points[value]] = (short)value;
        }

        return bytes;
    }
}
