using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Tiles;

/// <summary>Open readers of a plan's inputs, by index; disposed together.</summary>
internal sealed class InputReaders : IDisposable
{
    private readonly List<ICheckpointReader> _readers = [];

    public InputReaders(IEnumerable<CheckpointSource> sources)
    {
        try
        {
            foreach (CheckpointSource source in sources)
            {
                _readers.Add(source.OpenReader());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ICheckpointReader this[int input] => _readers[input];

    public void Dispose()
    {
        foreach (ICheckpointReader reader in _readers)
        {
            reader.Dispose();
        }
    }
}
