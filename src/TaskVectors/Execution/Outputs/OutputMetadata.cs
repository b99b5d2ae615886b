using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Execution.Outputs;

/// <summary>The metadata of the files an edit writes: that of the base, and for a task vector where it comes from.</summary>
internal sealed class OutputMetadata(IReadOnlyList<PlannedInput> inputs, bool isVector, bool isPartial, bool isBaseReadWhole, string expression, EditOptions options)
{
    private const string Prefix = "taskvectors.";

    public SortedDictionary<string, string> Build()
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in inputs[0].Source.Metadata.Where(entry => !entry.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            metadata[key] = value;
        }

        if (isVector)
        {
            DescribeVector(metadata);
        }

        foreach ((string key, string value) in options.Metadata)
        {
            metadata[key] = value;
        }

        return metadata;
    }

    /// <summary>A stand-in of the right length for a hash that is known only once the base has been read.</summary>
    public static string PendingHash(DigestAlgorithm algorithm) => new('0', Digest.TextLength(algorithm));

    private void DescribeVector(SortedDictionary<string, string> metadata)
    {
        metadata[TaskVectorMetadata.KindKey] = TaskVectorMetadata.TaskVectorKind;
        metadata[TaskVectorMetadata.ToolVersionKey] = ToolVersion.Current;
        metadata[TaskVectorMetadata.ExpressionKey] = expression;
        metadata[TaskVectorMetadata.PartialKey] = isPartial || inputs.Any(IsPartial) ? "true" : "false";
        if (!inputs[0].IsVector)
        {
            metadata[TaskVectorMetadata.BaseNameKey] = inputs[0].Name;
            metadata[TaskVectorMetadata.BaseFingerprintKey] = inputs[0].Fingerprint;
            if (isBaseReadWhole)
            {
                metadata[TaskVectorMetadata.BaseHashKey] = PendingHash(options.Digest);
            }

            return;
        }

        foreach (string key in TaskVectorMetadata.BaseKeys)
        {
            string?[] values = [.. inputs.Select(input => input.Source.Metadata.GetValueOrDefault(key)).Distinct()];
            if (values is [{ } common])
            {
                metadata[key] = common;
            }
        }
    }

    private static bool IsPartial(PlannedInput input) => input.Source.Metadata.GetValueOrDefault(TaskVectorMetadata.PartialKey) == "true";
}
