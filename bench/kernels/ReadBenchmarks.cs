using System.IO.MemoryMappedFiles;
using BenchmarkDotNet.Attributes;
using Microsoft.Win32.SafeHandles;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Kernels;

/// <summary>What positional reads cost against a mapped file, with the kernel that uses the bytes: one tile after another of a cached file.</summary>
public class ReadBenchmarks : IDisposable
{
    private const int FileBytes = 256 << 20;
    private const int BlockElements = 2048;
    private const int BlockBytes = BlockElements * sizeof(ushort);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"taskvectors-read-{Environment.ProcessId}");
    private readonly double[] _sum = new double[BlockElements];
    private byte[] _tile = [];
    private SafeFileHandle _handle = new();
    private MemoryMappedFile? _mapping;
    private MemoryMappedViewAccessor? _view;

    [Params(64 << 10, 512 << 10, 2 << 20)]
    public int TileBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        byte[] content = new byte[FileBytes];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_path, content);
        _tile = GC.AllocateUninitializedArray<byte>(TileBytes, pinned: true);
        _handle = File.OpenHandle(_path);
        _mapping = MemoryMappedFile.CreateFromFile(_path, FileMode.Open);
        _view = _mapping.CreateViewAccessor();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _view?.Dispose();
        _mapping?.Dispose();
        _handle.Dispose();
        File.Delete(_path);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = FileBytes)]
    public void PositionalReads()
    {
        for (long offset = 0; offset < FileBytes; offset += TileBytes)
        {
            _ = RandomAccess.Read(_handle, _tile, offset);
            Consume(_tile);
        }
    }

    [Benchmark(OperationsPerInvoke = FileBytes)]
    public unsafe void MappedFile()
    {
        byte* start = null;
        _view!.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            for (long offset = 0; offset < FileBytes; offset += TileBytes)
            {
                Consume(new ReadOnlySpan<byte>(start + offset, TileBytes));
            }
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private void Consume(ReadOnlySpan<byte> tile)
    {
        for (int offset = 0; offset < tile.Length; offset += BlockBytes)
        {
            TensorConverter.Multiply(DType.BF16, tile.Slice(offset, BlockBytes), 0.5, _sum);
        }
    }
}
