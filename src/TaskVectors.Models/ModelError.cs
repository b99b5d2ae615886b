namespace TaskVectors.Models;

/// <summary>Why a checkpoint cannot be run as a model.</summary>
public enum ModelError
{
    /// <summary>No architecture of this library has the name in <c>config.json</c>, or there is no <c>config.json</c>.</summary>
    UnknownArchitecture,

    /// <summary>A value of <c>config.json</c> is missing, of the wrong type, or contradicts another.</summary>
    InvalidConfig,

    /// <summary>Tensors are missing or have shapes that the configuration does not allow.</summary>
    TensorMismatch,

    /// <summary>An input is missing, of the wrong shape or out of range.</summary>
    InvalidInput,
}
