namespace TaskVectors.Execution;

/// <summary>What to do when the models of an edit do not have the same tensors.</summary>
public enum MissingTensors
{
    /// <summary>Refuse the edit and list them all.</summary>
    Error,

    /// <summary>Keep the base's value of a tensor that another model lacks; leave out a tensor that the base lacks.</summary>
    Base,
}
