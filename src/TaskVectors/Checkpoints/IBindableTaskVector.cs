namespace TaskVectors.Checkpoints;

/// <summary>
/// A stored task vector that records no base and reads in full only beside one: its tensors take the base's names and shapes, and
/// some of its values are differences to the base's. Whoever knows the base binds the vector to it before reading.
/// </summary>
public interface IBindableTaskVector
{
    /// <summary>The differences to a base: tensors named and shaped as the base's, in the base's storage order.</summary>
    /// <param name="pretrained">The checkpoint the vector is applied to.</param>
    /// <returns>A task vector in F64, so that an edit rounds once, when it is written.</returns>
    /// <exception cref="TaskVectorsException">The vector does not fit the base; the message lists the tensors.</exception>
    CheckpointSource Bind(CheckpointSource pretrained);
}
