using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Orientation;

/// <summary>The parameter of methods in which inputs and outputs play different parts.</summary>
internal static class OutputAxisParameter
{
    public static ChoiceParameter<OutputAxisChoice> OutputAxis { get; } = new(
        "output_axis",
        "Which dimension of a weight is that of outputs; auto is the last in the weights of GPT-2 and where the metadata of the base say layout HWIO, the first else.",
        OutputAxisChoice.Auto);
}
