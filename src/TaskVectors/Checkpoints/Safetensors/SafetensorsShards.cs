namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>Opens the files of one checkpoint, and checks that shards agree with each other and with their index.</summary>
internal static class SafetensorsShards
{
    /// <summary>Opens one file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">What was asked for: the file itself or its folder.</param>
    public static SafetensorsSource OpenFile(string file, string path) =>
        new(Path.GetFullPath(path), [SafetensorsHeader.Read(file)]);

    /// <summary>Opens the shards that an index names, and checks that index and shards agree.</summary>
    public static SafetensorsSource OpenIndex(string indexFile, string path)
    {
        var index = SafetensorsIndex.Read(indexFile);
        string folder = Path.GetDirectoryName(index.File)!;
        var headers = index.Shards.Select(shard => ReadShard(index, folder, shard)).ToArray();
        return Combine(Path.GetFullPath(path), headers, index);
    }

    /// <summary>Opens shards that no index describes.</summary>
    public static SafetensorsSource OpenShards(string folder, IEnumerable<string> shards) =>
        Combine(Path.GetFullPath(folder), [.. shards.Select(shard => SafetensorsHeader.Read(Path.Combine(folder, shard)))], index: null);

    /// <summary>Joins headers that have been read, in the order of the index's shards, and checks them against the index.</summary>
    /// <exception cref="SafetensorsException">A name is in two shards, or index and shards disagree.</exception>
    public static SafetensorsSource Combine(string path, IReadOnlyList<SafetensorsHeader> headers, SafetensorsIndex? index)
    {
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int shard = 0; shard < headers.Count; shard++)
        {
            foreach (var (tensor, _) in headers[shard].Tensors)
            {
                if (!owners.TryAdd(tensor.Name, shard))
                {
                    throw new SafetensorsException(
                        SafetensorsError.TensorInTwoShards,
                        headers[shard].File,
                        $"tensor {QuotedName.Of(tensor.Name)} is also in {headers[owners[tensor.Name]].File}; remove one of the files.",
                        tensor.Name);
                }
            }
        }

        if (index is not null)
        {
            ThrowIfDifferent(index, owners, headers);
        }

        return new SafetensorsSource(path, headers);
    }

    private static SafetensorsHeader ReadShard(SafetensorsIndex index, string folder, string shard)
    {
        string path = folder;
        string[] segments = shard.Split('/');
        foreach (string segment in segments[..^1])
        {
            path = Path.Combine(path, segment);
            if (new DirectoryInfo(path).LinkTarget is not null)
            {
                throw new SafetensorsException(
                    SafetensorsError.UnsafeShardPath, index.File, $"the folder of shard {QuotedName.Of(shard)} is a symbolic link.");
            }
        }

        path = Path.Combine(path, segments[^1]);
        return InputFile.Exists(path)
            ? SafetensorsHeader.Read(path)
            : throw new SafetensorsException(
                SafetensorsError.MissingShard,
                index.File,
                $"the index names shard {QuotedName.Of(shard)}, "
                + $"and {(Directory.Exists(path) ? "that is a folder" : "there is no such file")}. Download it.");
    }

    private static void ThrowIfDifferent(
        SafetensorsIndex index, Dictionary<string, int> owners, IReadOnlyList<SafetensorsHeader> headers)
    {
        foreach (var (name, shard) in index.WeightMap)
        {
            bool stored = owners.TryGetValue(name, out int owner);
            if (!stored || index.Shards[owner] != shard)
            {
                throw new SafetensorsException(
                    SafetensorsError.TensorNotInShard,
                    index.File,
                    $"the index places tensor {QuotedName.Of(name)} in {QuotedName.Of(shard)}, "
                    + $"and {(stored ? $"it is in {QuotedName.Of(index.Shards[owner])}" : "no shard holds it")}. "
                    + "Download index and shards again.",
                    name);
            }
        }

        foreach (var (name, owner) in owners)
        {
            if (!index.WeightMap.ContainsKey(name))
            {
                throw new SafetensorsException(
                    SafetensorsError.TensorNotInIndex,
                    headers[owner].File,
                    $"the shard holds tensor {QuotedName.Of(name)}, which {index.File} does not list. Download index and shards again.",
                    name);
            }
        }
    }
}
