using System.Runtime.InteropServices;
using System.Text.Json;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks.Decompose;

/// <summary>A matrix of the model; its file holds that of every task, one after the other, in F32.</summary>
internal sealed record VectorMatrix(string Name, int Rows, int Columns, string File);

/// <summary>
/// The task vectors of the matrices of a ViT-B/32: each is a low-rank part, in part common to all tasks, and noise of full rank. Made once, as files that
/// both sides read.
/// </summary>
internal sealed record VectorSet(int Tasks, VectorMatrix[] Matrices)
{
    private const int Width = 768;
    private const int Hidden = 3072;
    private const int CommonRank = 24;
    private const int OwnRank = 64;
    private const float Noise = 1e-3f;

    // The strongest direction of a task stands this far out of the noise, the weakest half as far as the noise reaches.
    private const double Strongest = 8;
    private const double Weakest = 0.5;

    private const string Description = "set.json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public static VectorSet Open(string folder) => JsonSerializer.Deserialize<VectorSet>(File.ReadAllText(Path.Combine(folder, Description)), Format)!;

    /// <summary>Makes the set; nothing is done where it lies already.</summary>
    public static VectorSet Make(string folder, int layers, int tasks)
    {
        var set = new VectorSet(tasks, [.. Enumerable.Range(0, layers).SelectMany(Layer)]);
        string description = JsonSerializer.Serialize(set, Format);
        string path = Path.Combine(folder, Description);
        if (File.Exists(path) && File.ReadAllText(path) == description)
        {
            return set;
        }

        _ = Directory.CreateDirectory(folder);
        for (int index = 0; index < set.Matrices.Length; index++)
        {
            Write(Path.Combine(folder, set.Matrices[index].File), set.Matrices[index], tasks, (ulong)index);
        }

        File.WriteAllText(path, description);
        return set;
    }

    /// <summary>Reads a matrix of every task.</summary>
    public Matrix<float>[] Read(string folder, VectorMatrix matrix)
    {
        using FileStream stream = File.OpenRead(Path.Combine(folder, matrix.File));
        return [.. Enumerable.Range(0, Tasks).Select(_ => ReadOne(stream, matrix))];
    }

    private static Matrix<float> ReadOne(FileStream stream, VectorMatrix matrix)
    {
        float[] values = GC.AllocateUninitializedArray<float>(matrix.Rows * matrix.Columns);
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return Matrix.Wrap(values, matrix.Rows, matrix.Columns);
    }

    private static IEnumerable<VectorMatrix> Layer(int layer)
    {
        foreach ((string name, int rows, int columns) in new[]
        {
            ("q", Width, Width), ("k", Width, Width), ("v", Width, Width), ("out", Width, Width), ("fc1", Hidden, Width), ("fc2", Width, Hidden),
        })
        {
            yield return new VectorMatrix($"{layer}.{name}", rows, columns, $"{layer}.{name}.f32");
        }
    }

    private static void Write(string path, VectorMatrix matrix, int tasks, ulong seed)
    {
        ILinearAlgebraProvider algebra = LinearAlgebraProvider.Create();
        Matrix<float> common = Uniform(matrix.Rows, CommonRank, (seed << 16) + 1, 1);
        using FileStream stream = File.Create(path);
        for (int task = 0; task < tasks; task++)
        {
            ulong key = (seed << 16) + (16 * (ulong)task) + 2;
            float[] values = UniformNumbers(matrix.Rows * matrix.Columns, key, MathF.Sqrt(3) * Noise);
            var target = new MatrixSpan<float>(values, matrix.Rows, matrix.Columns);
            algebra.Multiply(1, common, Scaled(CommonRank, matrix, key + 1), 1, target);
            algebra.Multiply(1, Uniform(matrix.Rows, OwnRank, key + 2, 1), Scaled(OwnRank, matrix, key + 3), 1, target);
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    // Random factors of m and n entries of variance 1/3 have a product of norm (m n)^(1/2) / 3; noise of deviation 1 reaches m^(1/2) + n^(1/2).
    private static Matrix<float> Scaled(int rank, VectorMatrix matrix, ulong key)
    {
        double edge = Noise * (Math.Sqrt(matrix.Rows) + Math.Sqrt(matrix.Columns));
        double unit = 3 * edge / Math.Sqrt((double)matrix.Rows * matrix.Columns);
        float[] values = UniformNumbers(rank * matrix.Columns, key, 1);
        for (int row = 0; row < rank; row++)
        {
            float strength = (float)(unit * Strongest * Math.Pow(Weakest / Strongest, row / (rank - 1.0)));
            foreach (ref float value in values.AsSpan(row * matrix.Columns, matrix.Columns))
            {
                value *= strength;
            }
        }

        return Matrix.Wrap(values, rank, matrix.Columns);
    }

    private static Matrix<float> Uniform(int rows, int columns, ulong key, float reach) => Matrix.Wrap(UniformNumbers(rows * columns, key, reach), rows, columns);

    // SplitMix64 (Steele, Lea and Flood 2014), uniform in (-reach, reach).
    private static float[] UniformNumbers(int count, ulong key, float reach)
    {
        float[] values = GC.AllocateUninitializedArray<float>(count);
        ulong state = Mix(key);
        for (int index = 0; index < count; index++)
        {
            state += 0x9E3779B97F4A7C15;
            values[index] = ((int)(Mix(state) >> 32) + 0.5f) * (reach / int.MaxValue);
        }

        return values;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
