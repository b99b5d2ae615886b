using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Leaves out the code points with a property and maps the others one by one.</summary>
internal sealed class FilterNormalizer(Func<int, bool> drops, Func<int, int>? map = null) : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text);
        foreach (int point in text.Points)
        {
            if (drops(point))
            {
                builder.Skip();
            }
            else
            {
                builder.Replace(map is null ? point : map(point));
            }
        }

        return builder.ToText();
    }
}
