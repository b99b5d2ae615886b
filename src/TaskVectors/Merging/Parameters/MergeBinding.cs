namespace TaskVectors.Merging.Parameters;

/// <summary>Binds settings to the parameters of a method and collects everything that is wrong with them.</summary>
internal sealed class MergeBinding(IMergeMethod method, int vectorCount)
{
    private readonly List<MergeException> _errors = [];

    /// <summary>The values of each parameter: one, or one a task vector.</summary>
    public Dictionary<MergeParameter, object[]> Values { get; } = [];

    public IReadOnlyList<MergeException> Bind(IReadOnlyList<MergeSetting> settings)
    {
        CheckVectorCount();
        CheckNames(settings);
        foreach (MergeParameter parameter in method.Parameters)
        {
            Values[parameter] = ValuesOf(parameter, [.. settings.Where(setting => setting.Parameter == parameter.Name)]);
        }

        return _errors;
    }

    private void CheckVectorCount()
    {
        bool tooMany = method.MaximumVectors is { } maximum && vectorCount > maximum;
        if (vectorCount < method.MinimumVectors || tooMany)
        {
            string range = method.MaximumVectors == method.MinimumVectors ? $"exactly {method.MinimumVectors}"
                : tooMany ? $"at most {method.MaximumVectors}"
                : $"at least {method.MinimumVectors}";
            Fail(MergeError.WrongVectorCount, $"The method {method.Name} takes {range} task vector{(method.MinimumVectors == 1 && !tooMany || method.MaximumVectors == 1 ? "" : "s")}; {vectorCount} {(vectorCount == 1 ? "is" : "are")} given.");
        }
    }

    private void CheckNames(IReadOnlyList<MergeSetting> settings)
    {
        string[] names = [.. method.Parameters.Select(parameter => parameter.Name)];
        foreach (string unknown in settings.Select(setting => setting.Parameter).Except(names, StringComparer.Ordinal))
        {
            string known = names.Length == 0 ? "It has none." : $"Its parameters are {string.Join(", ", names)}.";
            Fail(MergeError.UnknownParameter, $"The method {method.Name} has no parameter '{unknown}'.{SimilarNames.Question(unknown, names)} {known}");
        }
    }

    private object[] ValuesOf(MergeParameter parameter, MergeSetting[] settings)
    {
        if (settings.GroupBy(setting => setting.Vector).Any(group => group.Count() > 1))
        {
            Fail(MergeError.RepeatedParameter, $"The parameter '{parameter.Name}' of {method.Name} is given more than once.");
        }

        MergeSetting? common = settings.FirstOrDefault(setting => setting.Vector is null);
        MergeSetting[] own = [.. settings.Where(setting => setting.Vector is not null)];
        object fallback = common is null ? DefaultOf(parameter, isNeeded: own.Length < vectorCount) : Read(parameter, common);
        if (own.Length == 0)
        {
            return [fallback];
        }

        if (!parameter.IsPerModel)
        {
            Fail(MergeError.NotPerModel, $"The parameter '{parameter.Name}' of {method.Name} holds for all models; give it one value.");
            return [fallback];
        }

        object[] values = [.. Enumerable.Repeat(fallback, vectorCount)];
        foreach (MergeSetting setting in own)
        {
            int vector = setting.Vector!.Value;
            if (vector < 0 || vector >= vectorCount)
            {
                Fail(MergeError.InvalidValue, $"The parameter '{parameter.Name}' of {method.Name} has a value for task vector {vector + 1}; there are {vectorCount}.");
                continue;
            }

            values[vector] = Read(parameter, setting);
        }

        return values;
    }

    private object DefaultOf(MergeParameter parameter, bool isNeeded)
    {
        // Statistics are operands, which the merge counts itself.
        if (parameter.IsRequired && isNeeded && parameter is not StatisticsParameter)
        {
            Fail(MergeError.MissingParameter, $"The method {method.Name} needs the parameter '{parameter.Name}' ({parameter.Type}, {parameter.Range}): {parameter.Meaning}");
        }

        return parameter.DefaultFor(Math.Max(vectorCount, 1)) ?? string.Empty;
    }

    private object Read(MergeParameter parameter, MergeSetting setting)
    {
        if (parameter.Read(setting.Value) is { } value)
        {
            return value;
        }

        Fail(MergeError.InvalidValue, $"The parameter '{parameter.Name}' of {method.Name} is '{setting.Value}'; it must be {Description(parameter)}.");
        return parameter.DefaultFor(Math.Max(vectorCount, 1)) ?? string.Empty;
    }

    private static string Description(MergeParameter parameter) => parameter switch
    {
        { Type: "choice" } => $"one of {parameter.Range}",
        _ => $"{(parameter.Type == "integer" ? "an integer" : $"a {parameter.Type}")}: {parameter.Range}",
    };

    private void Fail(MergeError error, string message) => _errors.Add(new MergeException(error, message));
}
