namespace TaskVectors.Benchmarks.Engine;

/// <summary>A model to time: its configuration, its tensors and one batch.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Config">Its <c>config.json</c>.</param>
/// <param name="Tensors">Names and dimensions.</param>
/// <param name="Batch">Sequences or images.</param>
/// <param name="Length">Tokens a sequence; 0 for images.</param>
/// <param name="Pixels">Channels and side of an image.</param>
/// <param name="Vocabulary">Ids lie below it; labels are the ids themselves, or classes below <paramref name="Classes"/>.</param>
/// <param name="Classes">The number of classes; 0 for a language model.</param>
/// <param name="ForwardGigaflops">Multiplications and additions of a forward pass / 10^9; a step has three times as many, or fewer where weights are frozen.</param>
/// <param name="IsTrained">Which parameters are trained.</param>
internal sealed record Shape(
    string Name,
    string Config,
    IReadOnlyList<(string Name, long[] Dimensions)> Tensors,
    int Batch,
    int Length,
    (int Channels, int Side) Pixels,
    int Vocabulary,
    int Classes,
    double ForwardGigaflops,
    Func<string, bool> IsTrained);
