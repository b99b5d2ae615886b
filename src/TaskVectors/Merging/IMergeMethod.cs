using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging;

/// <summary>
/// A rule that makes one task vector, or one checkpoint, of several, tensor by tensor: the narrow waist between the methods of the literature and
/// everything that reads, plans and writes. A method opens no file and knows no format; it declares itself and makes kernels.
/// Immutable and safe for use from several threads.
/// </summary>
public interface IMergeMethod
{
    /// <summary>Its name in commands, recipes and expressions: lower case, words joined by underscores.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence.</summary>
    string Summary { get; }

    /// <summary>Its formula for one matrix, in plain text; T task vectors tau_1 ... tau_T.</summary>
    string Formula { get; }

    /// <summary>The paper.</summary>
    string Source { get; }

    /// <summary>The fewest task vectors or checkpoints it takes, the base included where it is one of them.</summary>
    int MinimumVectors => 1;

    /// <summary>The most it takes; <see langword="null"/> for any number.</summary>
    int? MaximumVectors => null;

    /// <summary>Whether it merges task vectors or checkpoints, and what becomes of the base.</summary>
    BaseRole Base => BaseRole.Origin;

    /// <summary>What becomes of the base where the parameter <c>variant</c> has a value; <see cref="Base"/> but for methods whose variants differ in it.</summary>
    /// <param name="variant">The value given, as text; <see langword="null"/> where none is.</param>
    BaseRole BaseUnder(string? variant) => Base;

    /// <summary>
    /// The parameter that chooses the vector of one task, from 1, in place of the merged one, which is 0; <see langword="null"/> for methods that give one
    /// result for all tasks.
    /// </summary>
    MergeParameter<int>? TaskParameter => null;

    /// <summary>Whether the vector of a task is the merged one times a number, or zero, in every element, so that one bit an element is enough to store it.</summary>
    bool MasksTasks => false;

    /// <summary>Its parameters.</summary>
    IReadOnlyList<MergeParameter> Parameters { get; }

    /// <summary>
    /// The statistics that it needs of every model, as its <see cref="StatisticsParameter"/> declares; <see langword="null"/> for methods that need weights alone.
    /// </summary>
    StatisticsKind? Statistics => Parameters.OfType<StatisticsParameter>().FirstOrDefault()?.Kind;

    /// <summary>What a user should know of a merge with these values, as where they differ from the paper; <see langword="null"/> where there is nothing. Plans show it as a warning.</summary>
    /// <param name="arguments">A value for each parameter.</param>
    string? Caution(MergeArguments arguments) => null;

    /// <summary>
    /// Makes a kernel. A <see cref="MatrixKernel"/> serves one pass over a model; kernels of the other kinds hold no state and serve every tensor whose
    /// parameters have these values, from several threads.
    /// </summary>
    /// <param name="arguments">A value for each parameter.</param>
    MergeKernel CreateKernel(MergeArguments arguments);
}
