namespace TaskVectors.Merging;

/// <summary>The registry of merge methods: the one place that knows them all.</summary>
public static class MergeMethods
{
    /// <summary>Every method, by name.</summary>
    public static IReadOnlyList<IMergeMethod> All { get; } =
    [
        new ArceeFusion(),
        new Breadcrumbs(),
        new BreadcrumbsTies(),
        new Cart(),
        new Consensus(),
        new DareLinear(),
        new DareTies(),
        new Decomposed(),
        new Della(),
        new DellaLinear(),
        new Emr(),
        new Fisher(),
        new IsoC(),
        new IsoCts(),
        new Karcher(),
        new KnOts(),
        new Linear(),
        new MagMax(),
        new MetaGpt(),
        new ModelStock(),
        new MultiSlerp(),
        new NearSwap(),
        new NuSlerp(),
        new Passthrough(),
        new Pcb(),
        new Ram(),
        new RamPlusTl(),
        new RegMean(),
        new Sce(),
        new Slerp(),
        new Star(),
        new SubspaceBoosting(),
        new Svc(),
        new TaskArithmetic(),
        new Ties(),
        new Truncate(),
        new TsvC(),
        new TsvM(),
        new TsvMLossless(),
        new Wudi(),
    ];

    /// <summary>Finds a method by its name; hyphens stand for underscores, and case does not matter.</summary>
    /// <exception cref="MergeException">No method has that name; the message suggests one.</exception>
    public static IMergeMethod Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string normal = name.Replace('-', '_');
        return All.FirstOrDefault(method => method.Name.Equals(normal, StringComparison.OrdinalIgnoreCase))
            ?? throw new MergeException(
                MergeError.UnknownMethod,
                $"There is no merge method '{name}'.{SimilarNames.Question(normal, All.Select(method => method.Name))} The methods are {string.Join(", ", All.Select(method => method.Name))}.");
    }
}
