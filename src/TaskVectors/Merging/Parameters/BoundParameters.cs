using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Parameters;

/// <summary>The values of a method's parameters for every tensor of a merge. Tensors with equal settings share one kernel.</summary>
internal sealed class BoundParameters
{
    private readonly IMergeMethod _method;
    private readonly int _models;
    private readonly IParameterSource _source;
    private readonly Dictionary<string, MergeArguments> _bound = new(StringComparer.Ordinal);
    private readonly Dictionary<MergeArguments, MergeKernel> _kernels = [];
    private readonly List<MergeException> _errors = [];

    private BoundParameters(IMergeMethod method, int models, IParameterSource source)
    {
        _method = method;
        _models = models;
        _source = source;
    }

    /// <summary>The kernels of the tensors, in order; empty where something is wrong.</summary>
    public IReadOnlyList<MergeKernel> Kernels { get; private set; } = [];

    /// <summary>Everything that is wrong with the values.</summary>
    public IReadOnlyList<MergeException> Errors => _errors;

    /// <summary>What a user should know of these values.</summary>
    public IEnumerable<string> Cautions => _bound.Values.Select(_method.Caution).OfType<string>().Distinct();

    /// <summary>The number of different sets of values.</summary>
    public int Count => _bound.Count;

    /// <summary>Binds the values that a source gives for each tensor.</summary>
    public static BoundParameters Bind(IMergeMethod method, int models, IParameterSource source, IEnumerable<MergeTensor> tensors)
    {
        var bound = new BoundParameters(method, models, source);
        MergeArguments[] arguments = [.. tensors.Select(bound.ArgumentsFor)];
        if (bound._errors.Count == 0)
        {
            bound.Kernels = [.. arguments.Select(bound.KernelFor)];
        }

        return bound;
    }

    /// <summary>Settings as a text that is equal where they are.</summary>
    public static string KeyOf(IEnumerable<MergeSetting> settings) =>
        string.Join('\n', settings.Select(setting => FormattableString.Invariant($"{setting.Parameter}[{setting.Vector}]={setting.Value}")));

    private MergeArguments ArgumentsFor(MergeTensor tensor)
    {
        IReadOnlyList<MergeSetting> settings = _source.SettingsFor(tensor);
        string key = KeyOf(settings);
        if (!_bound.TryGetValue(key, out MergeArguments? arguments))
        {
            arguments = MergeArguments.Bind(_method, _models, settings, out IReadOnlyList<MergeException> errors);
            _errors.AddRange(errors.Where(error => !_errors.Any(known => known.Message == error.Message)));
            _bound.Add(key, arguments);
        }

        return arguments;
    }

    private MergeKernel KernelFor(MergeArguments arguments)
    {
        if (!_kernels.TryGetValue(arguments, out MergeKernel? kernel))
        {
            kernel = _method.CreateKernel(arguments);
            _kernels.Add(arguments, kernel);
        }

        return kernel;
    }
}
