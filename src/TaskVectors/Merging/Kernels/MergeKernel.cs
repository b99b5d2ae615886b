namespace TaskVectors.Merging.Kernels;

/// <summary>
/// The arithmetic of a merge with its parameters bound. The kinds of kernel say how much of a tensor the arithmetic needs at once, and
/// so how it is run: a <see cref="StreamingKernel"/> makes each run of elements from the same elements of the models, a
/// <see cref="TwoPassKernel"/> needs statistics of the tensor first, a <see cref="SurveyKernel"/> statistics of all tensors, a <see cref="MatrixKernel"/>
/// needs whole tensors.
/// </summary>
public abstract class MergeKernel
{
    private protected MergeKernel()
    {
    }
}
