using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Benchmarks.Decompose;

/// <summary>Our side, in a process of its own: as many matrices at once as there are threads, each operation on one thread, as commands run it.</summary>
internal sealed class Worker(LinearAlgebraChoice choice, int threads)
{
    public DecomposeResult Decompose(string folder, double fraction, int draws, bool isExact)
    {
        ILinearAlgebraProvider algebra = LinearAlgebraProvider.Create(choice, threads: 1);
        var set = VectorSet.Open(folder);
        var findings = new Finding[set.Matrices.Length];
        long start = Stopwatch.GetTimestamp();
        var decomposer = new MatrixDecomposer(algebra, new SubspaceOptions
        {
            Mode = DecompositionMode.Mean,
            Rank = new FractionRank(fraction),
            NullDraws = draws,
            Precision = isExact ? SpectralPrecision.Exact : SpectralPrecision.Fast,
        });
        ForEach(set, index => findings[index] = Decompose(decomposer, set.Matrices[index], set.Read(folder, set.Matrices[index])));
        return Result(Stopwatch.GetElapsedTime(start).TotalSeconds, algebra) with { Findings = findings };
    }

    public DecomposeResult Merge(string folder, string method, bool isExact, string output)
    {
        ILinearAlgebraProvider algebra = LinearAlgebraProvider.Create(choice, threads: 1);
        var set = VectorSet.Open(folder);
        IMergeMethod found = MergeMethods.Find(method);
        MergeSetting[] settings = [new("precision", isExact ? "exact" : "fast")];
        var kernel = (MatrixKernel)found.CreateKernel(MergeArguments.Bind(found, set.Tasks, settings, out _));
        var context = new MergeContext(algebra, Threads: 1);
        var merged = new ConcurrentDictionary<string, Matrix<double>>();
        long start = Stopwatch.GetTimestamp();
        ForEach(set, index =>
        {
            using var vectors = new UnitVectors(set, folder, set.Matrices[index]);
            merged[set.Matrices[index].Name] = kernel.Merge(vectors, context)[0];
        });
        DecomposeResult result = Result(Stopwatch.GetElapsedTime(start).TotalSeconds, algebra);
        foreach ((string name, Matrix<double> values) in merged)
        {
            File.WriteAllBytes(Path.Combine(output, name + ".f64"), MemoryMarshal.AsBytes(values.Elements).ToArray());
        }

        return result;
    }

    public DecomposeResult Gemm(int[] sizes, int runs)
    {
        ILinearAlgebraProvider algebra = LinearAlgebraProvider.Create(choice, threads);
        var times = new Dictionary<string, double>();
        foreach (int size in sizes)
        {
            Matrix<float> a = Numbers(size, 1);
            Matrix<float> b = Numbers(size, 2);
            float[] target = new float[size * size];
            List<double> seconds = [];
            for (int run = 0; run <= runs; run++)
            {
                long start = Stopwatch.GetTimestamp();
                algebra.Multiply(1, a.View, b.View, 0, new MatrixSpan<float>(target, size, size));
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            times[size.ToString(CultureInfo.InvariantCulture)] = Table.Median([.. seconds.Skip(1)]);
        }

        return Result(0, algebra) with { Times = times };
    }

    private static Finding Decompose(MatrixDecomposer decomposer, VectorMatrix matrix, Matrix<float>[] vectors)
    {
        MatrixDecomposition<float> decomposition = decomposer.Decompose(vectors);
        double[] fractions = new double[vectors.Length];
        for (int task = 0; task < vectors.Length; task++)
        {
            (Matrix<float> shared, _) = decomposition.Split(vectors[task].View);
            fractions[task] = SquaredNorm(shared) / SquaredNorm(vectors[task]);
        }

        return new Finding(matrix.Name, decomposition.Columns!.Dimension, fractions);
    }

    private static double SquaredNorm(Matrix<float> matrix)
    {
        double sum = 0;
        foreach (float value in matrix.Elements)
        {
            sum += (double)value * value;
        }

        return sum;
    }

    private void ForEach(VectorSet set, Action<int> work)
    {
        int next = -1;
        void Run()
        {
            for (int index = Interlocked.Increment(ref next); index < set.Matrices.Length; index = Interlocked.Increment(ref next))
            {
                work(index);
            }
        }

        Task.WaitAll([.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(Run, TaskCreationOptions.LongRunning))]);
    }

    private static Matrix<float> Numbers(int size, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[size * size];
        foreach (ref float value in values.AsSpan())
        {
            value = random.NextSingle() - 0.5f;
        }

        return Matrix.Wrap(values, size, size);
    }

    private static DecomposeResult Result(double seconds, ILinearAlgebraProvider algebra) =>
        new() { Seconds = seconds, Kernel = SideResult.NameOf(algebra), PeakBytes = PeakMemory.OfThisProcess() };
}
