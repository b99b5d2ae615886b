namespace TaskVectors.Execution;

/// <summary>An edit cannot be planned or run: the models do not fit together, or the output cannot be written where asked.</summary>
public sealed class EditException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">Which of the ways an edit can fail.</param>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    /// <param name="innerException">The cause, if another exception revealed the error.</param>
    public EditException(EditError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>Which of the ways an edit can fail.</summary>
    public EditError Error { get; }

    /// <inheritdoc/>
    public override string Kind => ErrorKind.Of("edit", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => Error switch
    {
        EditError.OutputExists or EditError.OutputInsideInput or EditError.NothingToResume or EditError.ResumeMismatch
            or EditError.InvalidOption or EditError.NotEnoughMemory or EditError.UnmatchedPattern or EditError.BaseMismatch => ErrorCategory.Usage,
        EditError.NotEnoughSpace or EditError.InUse => ErrorCategory.InputOutput,
        EditError.Unverified => ErrorCategory.FailedCheck,
        _ => ErrorCategory.BadInput,
    };
}
