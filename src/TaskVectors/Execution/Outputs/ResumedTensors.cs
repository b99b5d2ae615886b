using System.Buffers;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Execution.Outputs;

/// <summary>Takes over what an interrupted run has finished, after checking that the bytes on disk are those the journal recorded.</summary>
internal sealed class ResumedTensors(EditPlan plan, OutputFiles output, ProgressMeter meter)
{
    private const int Piece = 1 << 20;

    public void Accept(IEnumerable<TensorRecord> finished, Dictionary<string, TensorRecord> records, CancellationToken cancellationToken)
    {
        var planned = plan.Tensors.ToDictionary(tensor => tensor.Output.Name, StringComparer.Ordinal);
        foreach (TensorRecord record in finished)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (planned.TryGetValue(record.Name, out PlannedTensor? tensor) && IsAcceptable(record, tensor) && HashOnDisk(tensor) == record.Hash)
            {
                records[record.Name] = record;
                meter.Advance(tensor.BytesRead + tensor.Output.ByteCount, record.Name);
            }
        }
    }

    // A run that was told to keep NaN may be continued by one that was not.
    private bool IsAcceptable(TensorRecord record, PlannedTensor tensor) =>
        record.InputHashes.Length == tensor.Terms.Length && (record.NaNCount == 0 || plan.Options.NaN == NaNPolicy.Keep);

    private string HashOnDisk(PlannedTensor tensor)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            using var digest = new TensorDigest(plan.Options.Digest);
            for (long offset = 0; offset < tensor.Output.ByteCount; offset += Piece)
            {
                Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(Piece, tensor.Output.ByteCount - offset));
                output.Read(tensor.File, tensor.Offset + offset, piece);
                digest.Append(piece);
            }

            return digest.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
