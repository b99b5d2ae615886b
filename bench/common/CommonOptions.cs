using System.CommandLine;

namespace TaskVectors.Benchmarks;

/// <summary>The options of every benchmark that is a program of its own.</summary>
/// <param name="name">The name of the folder, where none is given.</param>
/// <param name="contents">What lies in it.</param>
/// <param name="runs">How many runs, where nothing is said.</param>
/// <param name="meaning">What is run so often.</param>
internal class CommonOptions(string name, string contents, int runs, string meaning)
{
    public Option<string> Folder { get; } = new("--folder") { Description = $"Where {contents} lie; removed afterwards.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), name) };

    public Option<int> Runs { get; } = new("--runs") { Description = meaning, DefaultValueFactory = _ => runs };

    public Option<int> Threads { get; } = new("--threads") { Description = "How many threads each program may use.", DefaultValueFactory = _ => Environment.ProcessorCount };

    public Option<bool> Keep { get; } = new("--keep") { Description = "Keep the folder for the next call." };

    /// <summary>Adds all to the command of a benchmark.</summary>
    public virtual void AddTo(Command command)
    {
        command.Add(Folder);
        command.Add(Runs);
        command.Add(Threads);
        command.Add(Keep);
    }
}
