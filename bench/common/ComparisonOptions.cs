using System.CommandLine;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks;

/// <summary>The options of a benchmark against torch, each side in processes of its own.</summary>
internal sealed class ComparisonOptions(string name, string contents, int runs, string meaning) : CommonOptions(name, contents, runs, meaning)
{
    public Option<LinearAlgebraChoice> LinearAlgebra { get; } = new("--linear-algebra") { Description = "Our implementation of matrix products.", DefaultValueFactory = _ => LinearAlgebraChoice.Auto };

    public Option<string> Python { get; } = new("--python") { Description = "A Python with torch.", DefaultValueFactory = _ => "/usr/bin/python3" };

    /// <inheritdoc/>
    public override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(LinearAlgebra);
        command.Add(Python);
    }
}
