namespace TaskVectors.Merging;

/// <summary>What a method makes of the base, and so whether it merges task vectors or checkpoints.</summary>
public enum BaseRole
{
    /// <summary>It merges task vectors, differences to the base; the result is a task vector, to be added to the base.</summary>
    Origin,

    /// <summary>With a base it merges differences to it into a task vector; without, it merges checkpoints into a checkpoint.</summary>
    OptionalOrigin,

    /// <summary>It merges checkpoints into a checkpoint, and the base, where there is one, is the first of them.</summary>
    First,

    /// <summary>It merges checkpoints into a checkpoint. A base only says which tensors and companion files the result has.</summary>
    Unused,
}
