using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Models.Training;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Training;

/// <summary>What a batch holds, compared with the image processor and the tokenizer alone; exact, as both compute the same.</summary>
public sealed class TrainingDataTests : IDisposable
{
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 1 });
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Pictures_of_a_batch_are_what_the_processor_makes_of_each()
    {
        Pictures pictures = new([(6, 4), (5, 9), (8, 8)]);
        ImageProcessor processor = new() { Resize = new ImageSize(7, 5), Mean = [0.5, 0.4, 0.3], StandardDeviation = [0.2, 0.3, 0.4] };
        using TensorScope scope = _context.BeginScope();

        ModelInputs batch = new ImageTrainingData(pictures, processor).CreateBatch(_context, [2, 0]);

        Assert.Equal(new long[] { 2, 3, 7, 5 }, batch.PixelValues!.Shape.Dimensions.ToArray());
        Assert.Equal([.. processor.Process(pictures.ImageOf(2)), .. processor.Process(pictures.ImageOf(0))], batch.PixelValues.ToArray());
        Assert.Equal([2, 0], batch.Labels!.Values.ToArray());
    }

    [Fact]
    public void Pictures_that_become_different_sizes_are_refused()
    {
        ImageTrainingData data = new(new Pictures([(6, 4), (5, 9)]), new ImageProcessor());
        using TensorScope scope = _context.BeginScope();

        DataException error = Assert.Throws<DataException>(() => data.CreateBatch(_context, [0, 1]));

        Assert.Equal("data.image-size", error.Kind);
        Assert.Contains("Picture 1 becomes 9 x 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_cut_and_padded_to_the_longest_of_the_batch()
    {
        Tokenizer tokenizer = LoadTokenizer();
        TextDataset texts = Open("text,label\nfine,good\nnot at all what was promised on the box,bad\na good day,good\n");
        TextTrainingData data = new(texts, tokenizer, 6);

        ModelInputs batch = data.CreateBatch(_context, [0, 1]);
        ModelInputs alone = data.CreateBatch(_context, [0]);

        int[] first = [.. Plain(tokenizer).Encode("fine").Ids];
        int[] second = [.. Plain(tokenizer).Encode("not at all what was promised on the box").Ids];
        int padding = tokenizer.IdOf("[PAD]")!.Value;
        int[] padded = [.. first, .. Enumerable.Repeat(padding, 6 - first.Length)];
        Assert.Equal([.. padded, .. second[..5], second[^1]], batch.InputIds!.Values.ToArray());
        Assert.Equal([.. padded.Select((_, i) => i < first.Length ? 1 : 0), 1, 1, 1, 1, 1, 1], batch.AttentionMask!.Values.ToArray());
        Assert.Equal([1, 0], batch.Labels!.Values.ToArray());
        Assert.Equal(first, alone.InputIds!.Values.ToArray());
    }

    [Fact]
    public void Texts_without_labels_do_not_train_a_classifier()
    {
        File.WriteAllText(_folder["lines.txt"], "one\ntwo\n");

        DataException error = Assert.Throws<DataException>(() => new TextTrainingData(TextDataset.Open(_folder["lines.txt"]), LoadTokenizer(), 8));

        Assert.Equal("data.no-labels", error.Kind);
    }

    [Fact]
    public void A_text_is_cut_into_pieces_that_are_their_own_labels()
    {
        LanguageTrainingData data = new([1, 2, 3, 4, 5, 6, 7, 8], 3);

        ModelInputs batch = data.CreateBatch(_context, [1, 0]);

        Assert.Equal(2, data.Count);
        Assert.Equal([4, 5, 6, 1, 2, 3], batch.InputIds!.Values.ToArray());
        Assert.Equal([4, 5, 6, 1, 2, 3], batch.Labels!.Values.ToArray());
        Assert.Equal("data.too-short", Assert.Throws<DataException>(() => new LanguageTrainingData([1, 2], 3)).Kind);
    }

    [Fact]
    public void Joined_texts_keep_their_order_and_special_tokens()
    {
        Tokenizer tokenizer = LoadTokenizer();
        LanguageTrainingData data = LanguageTrainingData.Join(Open("text,label\nfine,good\na good day,good\n"), tokenizer, 4);

        int[] joined = [.. Plain(tokenizer).Encode("fine").Ids, .. Plain(tokenizer).Encode("a good day").Ids];

        Assert.Equal(joined.Length / 4, data.Count);
        Assert.Equal(joined[..4], data.CreateBatch(_context, [0]).InputIds!.Values.ToArray());
        Assert.Equal(joined[4..8], data.CreateBatch(_context, [1]).InputIds!.Values.ToArray());
    }

    private static Tokenizer LoadTokenizer() => Tokenizer.Load(GoldenPath.Of("tokenizers", "minilm-l6-v2"));

    private static Tokenizer Plain(Tokenizer tokenizer) => tokenizer.WithPadding(null).WithTruncation(null);

    private TextDataset Open(string csv)
    {
        File.WriteAllText(_folder["texts.csv"], csv);
        return TextDataset.Open(_folder["texts.csv"]);
    }

    /// <summary>Noise in colour; the label is the index.</summary>
    private sealed class Pictures((int Width, int Height)[] sizes) : IImageDataset
    {
        public int Count => sizes.Length;

        public IReadOnlyList<string> ClassNames => ["a", "b", "c"];

        public int LabelOf(int index) => index;

        public PixelImage ImageOf(int index)
        {
            byte[] samples = new byte[sizes[index].Width * sizes[index].Height * 3];
            new Random(index).NextBytes(samples);
            return new PixelImage(sizes[index].Width, sizes[index].Height, 3, samples);
        }
    }
}
