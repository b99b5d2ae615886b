using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Execution.Outputs;

/// <summary>
/// Makes a finished output visible, all at once: checks it, completes its headers, flushes it, adds index, companion files and
/// manifest, and renames it into place.
/// </summary>
internal sealed class OutputSealer(EditPlan plan, InputReaders readers, OutputFiles output, IReadOnlyDictionary<string, TensorRecord> records)
{
    private readonly ManifestBuilder _builder = new(plan, readers, records);

    private string Folder => plan.Target.PartialFolder;

    public Manifest Seal(Journal journal, TimeSpan elapsed)
    {
        CheckBases();
        CheckRecorded();
        plan.RequireUnchangedInputs();
        try
        {
            IReadOnlyList<ReadOnlyMemory<byte>> headers = CompleteHeaders();
            List<ManifestFile> others = [.. WriteIndex(), .. CopyCompanions()];
            Manifest manifest = _builder.Build(headers, others, elapsed);
            manifest.Save(Path.Combine(Folder, OutputTarget.ManifestFileName));
            if (plan.Options.Flush)
            {
                output.Flush();
                DurableFile.FlushFolder(Folder, others.Select(file => file.Path).Append(OutputTarget.ManifestFileName));
            }

            plan.Target.RequireFree(plan.Options.Force);
            output.Dispose();
            SealedOutput.MoveIntoPlace(plan.Target, plan.Files[0].FileName, journal);
            return manifest;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(plan.Target.Path, $"Finishing '{plan.Target.Path}' failed: {error.Message} What is written so far is kept; mend the cause and go on with --resume.", error);
        }
    }

    // The fingerprint that a plan compares is made of samples; now that all of the base has been read, all of it is compared.
    private void CheckBases()
    {
        if (plan.IsTaskVector || plan.Options.AnyBase || _builder.ContentHash(0) is not { } actual)
        {
            return;
        }

        foreach (PlannedInput vector in plan.Inputs.Where(input => input.IsVector))
        {
            bool comparable = vector.Source.Metadata.TryGetValue(TaskVectorMetadata.BaseHashKey, out string? recorded)
                && Digest.AlgorithmOf(recorded) == plan.Options.Digest;
            if (comparable && recorded != actual)
            {
                throw new EditException(
                    EditError.BaseMismatch,
                    $"The task vector '{vector.Name}' was made from another base than '{plan.Inputs[0].Name}': some of their weights differ. Pass --any-base (with --resume, as all weights are computed) to apply it all the same.")
                { File = vector.Source.Path };
            }
        }
    }

    // An edit that is made again from its manifest must find every weight as it was, also those that the fingerprint does not sample.
    private void CheckRecorded()
    {
        var recorded = plan.Recorded.ToDictionary(input => input.Path, StringComparer.Ordinal);
        for (int index = 0; index < plan.Inputs.Count; index++)
        {
            PlannedInput input = plan.Inputs[index];
            if (!recorded.TryGetValue(input.Source.Path, out ManifestInput? earlier))
            {
                continue;
            }

            string[] changed = [.. _builder.ChangedTensors(index, earlier)];
            if (changed.Length > 0)
            {
                throw new EditException(
                    EditError.InputChanged,
                    $"'{input.Name}' ({input.Source.Path}) is not what it was when the manifest was written: the weights of {QuotedName.Of(changed)} have changed. Restore that version of it.")
                {
                    File = input.Source.Path,
                    Tensor = changed[0],
                };
            }
        }
    }

    private List<ReadOnlyMemory<byte>> CompleteHeaders()
    {
        string? baseHash = plan.IsTaskVector && !plan.Inputs[0].IsVector ? _builder.ContentHash(0) : null;
        var headers = new List<ReadOnlyMemory<byte>>();
        for (int file = 0; file < plan.Files.Count; file++)
        {
            SafetensorsFileLayout layout = plan.Files[file];
            ReadOnlyMemory<byte> header = layout.Header;
            if (baseHash is not null && plan.Metadata.ContainsKey(TaskVectorMetadata.BaseHashKey))
            {
                var metadata = new Dictionary<string, string>(plan.Metadata) { [TaskVectorMetadata.BaseHashKey] = baseHash };
                header = layout.EncodeHeader(metadata);
                output.Write(file, 0, header.Span);
            }

            headers.Add(header);
        }

        return headers;
    }

    private IEnumerable<ManifestFile> WriteIndex()
    {
        if (plan.Files.Count > 1)
        {
            string name = $"{plan.Target.Stem}.safetensors.index.json";
            byte[] index = SafetensorsIndex.Encode(plan.Files);
            File.WriteAllBytes(Path.Combine(Folder, name), index);
            yield return Describe(name);
        }
    }

    private IEnumerable<ManifestFile> CopyCompanions()
    {
        foreach (CompanionFile file in plan.CompanionFiles)
        {
            CompanionFiles.Copy(file, Folder, plan.Options.OutputDType);
            yield return Describe(file.RelativePath);
        }
    }

    private ManifestFile Describe(string relativePath)
    {
        string path = Path.Combine(Folder, relativePath);
        return new ManifestFile(relativePath, new FileInfo(path).Length, FileHash.Of(path, plan.Options.Digest));
    }
}
