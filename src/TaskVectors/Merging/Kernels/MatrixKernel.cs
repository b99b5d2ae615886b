using TaskVectors.LinearAlgebra;

namespace TaskVectors.Merging.Kernels;

/// <summary>
/// A kernel that needs whole tensors of all task vectors, as decompositions do. Units of tensors are merged one after the other or
/// several at once; <see cref="Merge"/> is called from several threads. The result must not depend on the number of threads.
/// </summary>
public abstract class MatrixKernel : MergeKernel
{
    /// <summary>
    /// How often the whole model is read before the first unit can be merged, for statistics that span tensors. 0 for most.
    /// </summary>
    public virtual int SurveyPasses => 0;

    /// <summary>Divides the tensors into the units that are merged together: by default each tensor alone.</summary>
    /// <param name="tensors">The tensors, in storage order.</param>
    /// <returns>Units that hold every tensor once, in the order of their first tensors.</returns>
    public virtual IReadOnlyList<MergeUnit> Units(IReadOnlyList<MergeTensor> tensors) => [.. tensors.Select(tensor => new MergeUnit([tensor]))];

    /// <summary>An upper estimate of the memory that <see cref="Merge"/> takes for a unit, in bytes: inputs, factors, work space and result.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="vectors">The number of task vectors, T.</param>
    /// <param name="threads">How many task vectors are worked on at once.</param>
    public abstract long WorkingBytes(MergeUnit unit, int vectors, int threads);

    /// <summary>Looks at a unit during a survey pass; called for each unit in order, from one thread.</summary>
    /// <param name="pass">The pass, from 0.</param>
    /// <param name="vectors">The unit's values.</param>
    /// <param name="context">What the arithmetic may use.</param>
    public virtual void Survey(int pass, IUnitVectors vectors, MergeContext context)
    {
    }

    /// <summary>Ends a survey pass.</summary>
    /// <param name="pass">The pass, from 0.</param>
    public virtual void EndSurvey(int pass)
    {
    }

    /// <summary>Merges a unit.</summary>
    /// <param name="vectors">The unit's values.</param>
    /// <param name="context">What the arithmetic may use.</param>
    /// <returns>The merged values of each tensor of the unit, in the shape of <see cref="MergeTensor.Rows"/> and <see cref="MergeTensor.Columns"/>.</returns>
    /// <exception cref="NonFiniteMatrixException">A value is NaN or infinite and the method cannot work with it.</exception>
    public abstract IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context);
}
