using System.CommandLine;
using System.Globalization;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks;

/// <summary>What the options of a benchmark against torch say.</summary>
internal abstract record ComparisonSettings : CommonSettings
{
    protected ComparisonSettings(ComparisonOptions options, ParseResult parsed)
        : base(options, parsed) => (LinearAlgebra, Python) = (parsed.GetRequiredValue(options.LinearAlgebra), parsed.GetRequiredValue(options.Python));

    public LinearAlgebraChoice LinearAlgebra { get; }

    public string Python { get; }

    /// <summary>The threads, as either side takes them.</summary>
    public string[] ThreadArguments => ["--threads", Threads.ToString(CultureInfo.InvariantCulture)];
}
