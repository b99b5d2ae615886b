namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>Puts special tokens around one text or two, after a template.</summary>
internal sealed class TemplatePostProcessor(IReadOnlyList<TemplatePart> single, IReadOnlyList<TemplatePart> pair) : IPostProcessor
{
    public int AddedCount(bool isPair) => (isPair ? pair : single).Sum(part => part.Tokens.Count);

    public IReadOnlyList<EncodingDraft> Process(IReadOnlyList<EncodingDraft> encodings, bool addSpecialTokens)
    {
        var parts = new List<EncodingDraft>();
        foreach (TemplatePart part in encodings.Count > 1 ? pair : single)
        {
            if (part.Sequence >= 0)
            {
                if (part.Sequence >= encodings.Count)
                {
                    throw new TokenizerException("tokenizer.malformed", "The template of the post-processor names a second text where there is one.");
                }

                EncodingDraft encoding = encodings[part.Sequence];
                encoding.Update((token, _) => token with { TypeId = part.TypeId });
                parts.Add(encoding);
            }
            else if (addSpecialTokens)
            {
                parts.Add(new EncodingDraft([.. part.Tokens.Select(token =>
                    new EncodedToken(token.Id, token.Text, default, part.TypeId, -1, IsSpecial: true))]));
            }
        }

        return parts;
    }

    /// <summary>BERT's template: <c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c>, the second text and its end in segment 1.</summary>
    public static TemplatePostProcessor Bert((int Id, string Text) start, (int Id, string Text) end)
    {
        TemplatePart first = TemplatePart.Special(start.Id, start.Text, 0);
        TemplatePart last = TemplatePart.Special(end.Id, end.Text, 0);
        return new TemplatePostProcessor(
            [first, TemplatePart.Text(0, 0), last],
            [first, TemplatePart.Text(0, 0), last, TemplatePart.Text(1, 1), TemplatePart.Special(end.Id, end.Text, 1)]);
    }

    /// <summary>RoBERTa's template: <c>&lt;s&gt; A &lt;/s&gt;</c> and <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all in segment 0.</summary>
    public static TemplatePostProcessor Roberta((int Id, string Text) start, (int Id, string Text) end)
    {
        TemplatePart first = TemplatePart.Special(start.Id, start.Text, 0);
        TemplatePart last = TemplatePart.Special(end.Id, end.Text, 0);
        return new TemplatePostProcessor(
            [first, TemplatePart.Text(0, 0), last],
            [first, TemplatePart.Text(0, 0), last, last, TemplatePart.Text(1, 0), last]);
    }
}
