using System.IO.Hashing;
using System.Security.Cryptography;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>The hash of a tensor is that of the hashes of its pieces, whoever comes with them and in whatever order.</summary>
public class TensorPiecesTests
{
    public static TheoryData<DigestAlgorithm, int> Lengths()
    {
        var data = new TheoryData<DigestAlgorithm, int>();
        foreach (int length in (int[])[0, 1, 8_191, 8_192, 8_193, 100_000])
        {
            data.Add(DigestAlgorithm.Xxh128, length);
            data.Add(DigestAlgorithm.Sha256, length);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Pieces_in_any_order_and_runs_of_any_length_give_the_hash_of_the_hashes_of_pieces(DigestAlgorithm algorithm, int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        byte[] Hash(byte[] piece) => algorithm == DigestAlgorithm.Sha256 ? SHA256.HashData(piece) : XxHash128.Hash(piece);
        string expected = Convert.ToHexStringLower(Hash([.. bytes.Chunk(TensorPieces.PieceBytes).SelectMany(Hash)]));

        var pieces = new TensorPieces(algorithm, length);
        foreach (int piece in Enumerable.Range(0, (length + TensorPieces.PieceBytes - 1) / TensorPieces.PieceBytes).Reverse())
        {
            int first = piece * TensorPieces.PieceBytes;
            pieces.Record(first, bytes.AsSpan(first, Math.Min(TensorPieces.PieceBytes, length - first)));
        }

        Assert.Equal(expected, pieces.Finish().Split(':')[1]);
        foreach (int run in (int[])[1, 7, 4_096, 8_192, 20_000, 200_000])
        {
            using var digest = new TensorDigest(algorithm);
            foreach (byte[] part in bytes.Chunk(run))
            {
                digest.Append(part);
            }

            Assert.Equal(pieces.Finish(), digest.Finish());
        }
    }

    [Fact]
    public void Groups_of_elements_are_whole_pieces_in_every_element_type() =>
        Assert.All(Enum.GetValues<DType>(), dtype => Assert.Equal(0, (long)LaneBudget.GroupElements * dtype.BitSize() / 8 % TensorPieces.PieceBytes));

    [Theory]
    [InlineData(64L << 20, 1, 2)]
    [InlineData(64L << 20, 64, 400)]
    [InlineData(2L << 30, 2, 4)]
    public void Tiles_are_whole_groups_whatever_the_budget(long memory, int threads, int streams)
    {
        LaneBudget lanes = LaneBudget.Divide(memory, threads, streams);
        Assert.Equal(0, lanes.TileElements % LaneBudget.GroupElements);
        Assert.True(lanes.Lanes >= 1);
    }
}
