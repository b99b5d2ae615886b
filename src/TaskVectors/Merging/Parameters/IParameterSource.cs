using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Parameters;

/// <summary>
/// Where a merge finds the values given for the parameters of its method. It is asked once for every tensor, when the merge is planned, so that each
/// tensor of each model can have values of its own: a command line gives the same for all tensors, a recipe gives what its filters and gradients
/// say for the tensor's name and depth. What it leaves out takes the default of the declaration. Immutable and safe for use from several threads.
/// </summary>
public interface IParameterSource
{
    /// <summary>A text that is equal for sources that give equal values: it goes into names, fingerprints and the identity of an interrupted merge.</summary>
    string Identity { get; }

    /// <summary>
    /// The values given for a tensor. <see cref="MergeSetting.Vector"/> is the index of the model among those merged, from 0, the base included
    /// where it is one of them (<see cref="BaseRole.First"/>); <see langword="null"/> holds for all models.
    /// </summary>
    /// <param name="tensor">The tensor, by the name it has in the result.</param>
    IReadOnlyList<MergeSetting> SettingsFor(MergeTensor tensor);
}
