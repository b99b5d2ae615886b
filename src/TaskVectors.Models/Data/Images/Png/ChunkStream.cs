namespace TaskVectors.Models.Data.Images.Png;

/// <summary>Reads stretches of bytes one after another, as one stream.</summary>
internal sealed class ChunkStream(byte[] bytes, IReadOnlyList<(int Offset, int Length)> stretches) : Stream
{
    private int _stretch;
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_stretch < stretches.Count)
        {
            (int offset, int length) = stretches[_stretch];
            int count = Math.Min(buffer.Length, length - _position);
            if (count > 0)
            {
                bytes.AsSpan(offset + _position, count).CopyTo(buffer);
                _position += count;
                return count;
            }

            if (buffer.Length == 0)
            {
                return 0;
            }

            _stretch++;
            _position = 0;
        }

        return 0;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
