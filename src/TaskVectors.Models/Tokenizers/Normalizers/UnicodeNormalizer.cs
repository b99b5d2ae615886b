using System.Runtime.InteropServices;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>The normalisation forms NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15).</summary>
internal sealed class UnicodeNormalizer(bool compose, bool compatible) : INormalizer
{
    private readonly NormalizationTable _table = NormalizationTable.Instance;

    public AlignedText Normalize(AlignedText text)
    {
        if (!text.Points.ContainsAnyExceptInRange(0, 0x7F))
        {
            return text;
        }

        List<NormalizedPoint> points = Decompose(text.Points);
        Order(points);
        if (compose)
        {
            Compose(points);
        }

        var builder = new AlignedTextBuilder(text);
        foreach (NormalizedPoint point in points)
        {
            builder.Transform(point.Point, point.Change);
        }

        return builder.ToText();
    }

    private List<NormalizedPoint> Decompose(ReadOnlySpan<int> points)
    {
        var result = new List<NormalizedPoint>(points.Length + 16);
        var parts = new List<int>();
        foreach (int point in points)
        {
            parts.Clear();
            _table.Decompose(point, compatible, parts);
            for (int index = 0; index < parts.Count; index++)
            {
                result.Add(new NormalizedPoint(parts[index], index == 0 ? 0 : 1));
            }
        }

        return result;
    }

    private void Order(List<NormalizedPoint> points)
    {
        int start = 0;
        while (start < points.Count)
        {
            int end = start;
            while (end < points.Count && _table.CombiningClass(points[end].Point) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                Span<NormalizedPoint> marks = CollectionsMarshal.AsSpan(points)[start..end];
                NormalizedPoint[] ordered = [.. marks.ToArray().OrderBy(mark => _table.CombiningClass(mark.Point))];
                ordered.CopyTo(marks);
            }

            start = end + 1;
        }
    }

    private void Compose(List<NormalizedPoint> points)
    {
        int starter = -1;
        int written = 0;
        int lastClass = -1;
        for (int index = 0; index < points.Count; index++)
        {
            NormalizedPoint point = points[index];
            int combiningClass = _table.CombiningClass(point.Point);
            bool blocked = lastClass >= combiningClass && lastClass != -1;
            if (starter >= 0 && !blocked && _table.Compose(points[starter].Point, point.Point) is int composite and >= 0)
            {
                points[starter] = new NormalizedPoint(composite, points[starter].Change + point.Change - 1);
                continue;
            }

            points[written] = point;
            if (combiningClass == 0)
            {
                starter = written;
                lastClass = -1;
            }
            else
            {
                lastClass = combiningClass;
            }

            written++;
        }

        points.RemoveRange(written, points.Count - written);
    }

    private readonly record struct NormalizedPoint(int Point, int Change);
}
