using System.Globalization;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Decides which files of a folder make up its checkpoint. The rule, first match wins, is that of <see cref="SafetensorsFormat"/>.
/// </summary>
internal sealed class SafetensorsFolder
{
    /// <summary>The names that libraries load from when a folder holds more; each before any other name.</summary>
    private static readonly string[] StandardStems = [SafetensorsConstants.DefaultStem, "diffusion_pytorch_model"];

    private readonly string _path;
    private readonly SortedSet<string> _files;
    private readonly SortedSet<string> _indexes;

    /// <summary>Lists a folder.</summary>
    /// <exception cref="StorageException">The folder cannot be listed.</exception>
    public SafetensorsFolder(string path)
    {
        _path = path;
        _files = List(path, SafetensorsConstants.Extension);
        _indexes = List(path, SafetensorsConstants.IndexExtension);
    }

    /// <summary>Whether there is any safetensors file or index.</summary>
    public bool HasAny => _files.Count > 0 || _indexes.Count > 0;

    /// <summary>Opens the folder's checkpoint.</summary>
    /// <exception cref="SafetensorsException">There is none, or several, or a part is missing or malformed.</exception>
    public SafetensorsSource Open()
    {
        foreach (string stem in StandardStems)
        {
            if (HasStem(stem))
            {
                return OpenStem(stem);
            }
        }

        if (_indexes.Count == 1)
        {
            return OpenOnlyIndex();
        }

        string[] stems = [.. _files.Select(Stem).Concat(_indexes.Select(IndexStem)).Distinct(StringComparer.Ordinal)];
        return stems switch
        {
            [] => throw new SafetensorsException(SafetensorsError.NoCheckpoint, _path, "the folder holds no safetensors file."),
            [var only] => OpenStem(only),
            _ => throw Ambiguous([.. _files, .. _indexes]),
        };
    }

    private static SortedSet<string> List(string path, string extension)
    {
        var options = new EnumerationOptions
        {
            // Systems leave hidden companions such as ._model.safetensors beside the files they copy.
            AttributesToSkip = FileAttributes.Hidden,
            IgnoreInaccessible = false,
            MatchCasing = MatchCasing.CaseSensitive,
        };
        try
        {
            return new SortedSet<string>(
                Directory.EnumerateFiles(path, "*" + extension, options).Select(file => Path.GetFileName(file)), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, $"The folder {path} cannot be listed: {e.Message}", e);
        }
    }

    private static string IndexStem(string name) => name[..^SafetensorsConstants.IndexExtension.Length];

    private static string Stem(string name) =>
        ShardName.TryParse(name, out var shard) ? shard.Stem : name[..^SafetensorsConstants.Extension.Length];

    private bool HasStem(string stem) =>
        _files.Contains(stem + SafetensorsConstants.Extension)
        || _indexes.Contains(stem + SafetensorsConstants.IndexExtension)
        || Shards(stem).Count > 0;

    private SafetensorsSource OpenStem(string stem)
    {
        string single = stem + SafetensorsConstants.Extension;
        string index = stem + SafetensorsConstants.IndexExtension;
        return _files.Contains(single) ? SafetensorsShards.OpenFile(Path.Combine(_path, single), _path)
            : _indexes.Contains(index) ? SafetensorsShards.OpenIndex(Path.Combine(_path, index), _path)
            : SafetensorsShards.OpenShards(_path, CompleteShards(stem));
    }

    private SafetensorsSource OpenOnlyIndex()
    {
        string index = _indexes.Min!;
        string single = IndexStem(index) + SafetensorsConstants.Extension;
        var shards = SafetensorsIndex.Read(Path.Combine(_path, index)).Shards.ToHashSet(StringComparer.Ordinal);
        string[] others = [.. _files.Where(file => !shards.Contains(file) && file != single)];
        return others.Length == 0 ? OpenStem(IndexStem(index)) : throw Ambiguous([index, .. others]);
    }

    private List<ShardName> Shards(string stem)
    {
        var shards = new List<ShardName>();
        foreach (string file in _files)
        {
            if (ShardName.TryParse(file, out var shard) && shard.Stem == stem)
            {
                shards.Add(shard);
            }
        }

        return shards;
    }

    private string[] CompleteShards(string stem)
    {
        var shards = Shards(stem);
        int count = shards[0].Count;
        if (shards.Exists(shard => shard.Count != count))
        {
            throw Ambiguous([.. shards.Select(shard => shard.ToString())]);
        }

        var present = shards.Select(shard => shard.Number).ToHashSet();
        if (present.Count < count)
        {
            int missing = Enumerable.Range(1, count).First(number => !present.Contains(number));
            throw new SafetensorsException(SafetensorsError.IncompleteShards, _path, string.Create(
                CultureInfo.InvariantCulture,
                $"there is no index, and of {count} shards {count - present.Count} are missing, the first being ")
                + $"{shards[0] with { Number = missing }}. Download them.");
        }

        return [.. shards.Select(shard => shard.ToString())];
    }

    private SafetensorsException Ambiguous(IReadOnlyCollection<string> names) => new(
        SafetensorsError.AmbiguousFolder, _path, $"the folder holds several checkpoints: {QuotedName.Of(names)}. Name one of the files.");
}
