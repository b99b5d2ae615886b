using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Masks;

/// <summary>The choice between the vector of all tasks and that of one, for methods that give both.</summary>
internal static class TaskChoice
{
    /// <summary>The parameter.</summary>
    public static MergeParameter<int> Parameter { get; } =
        new IntegerParameter("task", "Which vector is given: 0 the merged one, 1 to T that of one task, in the order of the models.") { Default = 0 };

    /// <summary>The index of the task chosen, from 0; <see langword="null"/> for the merged vector.</summary>
    /// <exception cref="MergeException">There is no such task.</exception>
    public static int? Of(IMergeMethod method, MergeArguments arguments)
    {
        int task = arguments.Get(Parameter);
        return task > arguments.VectorCount
            ? throw new MergeException(MergeError.InvalidValue, $"The parameter 'task' of {method.Name} is {task} and there are {arguments.VectorCount} task vectors; choose 1 to {arguments.VectorCount}, or 0 for the merged vector.")
            : task == 0 ? null : task - 1;
    }
}
