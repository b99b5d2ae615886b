using System.Buffers.Binary;

namespace TaskVectors.Models.Data.Images.Png;

/// <summary>
/// Expands stored pixels to 8-bit samples: small grey values are scaled, of 16-bit samples the high byte is kept, palettes are looked up, and
/// transparency becomes an alpha channel.
/// </summary>
internal sealed class PngPixels
{
    private readonly PngHeader _header;
    private readonly PngChunks _chunks;
    private readonly string _file;
    private readonly bool _addsAlpha;
    private readonly int _maximum;

    public PngPixels(PngChunks chunks, string file)
    {
        _chunks = chunks;
        _header = chunks.ImageHeader;
        _file = file;
        _maximum = (1 << _header.Depth) - 1;
        _addsAlpha = chunks.TransparencyValues.Length > 0 && _header.Color is PngColor.Grey or PngColor.Rgb or PngColor.Palette;
        if (_header.Color == PngColor.Palette && chunks.PaletteColors.Length == 0)
        {
            throw DataException.About(file, "image.malformed", "the PNG has no palette.");
        }

        if (_addsAlpha && _header.Color != PngColor.Palette && chunks.TransparencyValues.Length != _header.StoredChannels * 2)
        {
            throw DataException.About(file, "image.malformed", "the PNG's transparency has a wrong length.");
        }
    }

    /// <summary>Channels of an expanded pixel.</summary>
    public int Channels => (_header.Color == PngColor.Palette ? 3 : _header.StoredChannels) + (_addsAlpha ? 1 : 0);

    /// <summary>Expands one pixel.</summary>
    /// <param name="row">The stored row.</param>
    /// <param name="column">The pixel's number in it.</param>
    /// <param name="target">Where its samples go.</param>
    public void Expand(ReadOnlySpan<byte> row, int column, Span<byte> target)
    {
        int count = _header.StoredChannels;
        if (_header.Color == PngColor.Palette)
        {
            ExpandPalette(Sample(row, column), target);
            return;
        }

        bool isTransparent = _addsAlpha;
        for (int channel = 0; channel < count; channel++)
        {
            int value = Sample(row, (column * count) + channel);
            target[channel] = _header.Depth switch
            {
                16 => (byte)(value >> 8),
                8 => (byte)value,
                _ => (byte)(value * 255 / _maximum),
            };
            isTransparent = isTransparent && value == BinaryPrimitives.ReadUInt16BigEndian(_chunks.TransparencyValues.AsSpan(channel * 2));
        }

        if (_addsAlpha)
        {
            target[count] = isTransparent ? (byte)0 : (byte)255;
        }
    }

    private void ExpandPalette(int entry, Span<byte> target)
    {
        if ((entry * 3) + 3 > _chunks.PaletteColors.Length)
        {
            throw DataException.About(_file, "image.malformed", $"a pixel of the PNG has colour {entry}, which its palette lacks.");
        }

        _chunks.PaletteColors.AsSpan(entry * 3, 3).CopyTo(target);
        if (_addsAlpha)
        {
            target[3] = entry < _chunks.TransparencyValues.Length ? _chunks.TransparencyValues[entry] : (byte)255;
        }
    }

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        switch (_header.Depth)
        {
            case 8:
                return row[index];
            case 16:
                return BinaryPrimitives.ReadUInt16BigEndian(row[(index * 2)..]);
            default:
                int bit = index * _header.Depth;
                return (row[bit / 8] >> (8 - _header.Depth - (bit % 8))) & _maximum;
        }
    }
}
