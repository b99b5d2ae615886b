using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training.Lora;

namespace TaskVectors.Models.Training;

/// <summary>What a run trains: parameters of the model, or adapters and the parameters beside them.</summary>
/// <param name="Whole">The model's own parameters that are trained.</param>
/// <param name="Adapters">The adapters, or null.</param>
internal sealed record TrainedSet(IReadOnlyList<KeyValuePair<string, Tensor>> Whole, ModelAdapters? Adapters)
{
    /// <summary>All, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters { get; } = Adapters is null ? Whole : [.. Whole, .. Adapters.Parameters];
}
