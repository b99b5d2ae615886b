using TaskVectors.Execution;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>Splits the tensors of a plan and writes their parts. Safe for concurrent use.</summary>
internal sealed class TensorSplitter(DecompositionPlan plan, InputReaders readers, PartFiles files, MatrixDecomposer decomposer)
{
    public FinishedTensor Split(PlannedDecomposition tensor, CancellationToken cancellationToken)
    {
        return tensor.Treatment switch
        {
            TensorTreatment.Decompose => Decompose(tensor, cancellationToken),
            TensorTreatment.Unique => Stream(tensor, hasShared: false, cancellationToken),
            TensorTreatment.Mean => Stream(tensor, hasShared: true, cancellationToken),
            _ => Finish(tensor, new TaskTiles(plan, readers).HashBase(tensor.Base, cancellationToken), []),
        };
    }

    private FinishedTensor Decompose(PlannedDecomposition tensor, CancellationToken cancellationToken)
    {
        Matrix<float>[] vectors = Load(tensor, out string baseHash, cancellationToken);
        double[] products = [.. from left in vectors from right in vectors select Dot(left, right)];
        MatrixDecomposition<float> decomposition = decomposer.Decompose(vectors, tensor.FactorRanks, cancellationToken);
        double[] fractions = new double[vectors.Length];
        string[] hashes = new string[2 * vectors.Length];
        for (int task = 0; task < vectors.Length; task++)
        {
            Matrix<float> shared = decomposition.Shared(vectors[task].View, cancellationToken);
            double norm = products[(task * vectors.Length) + task];
            fractions[task] = norm > 0 ? Dot(shared, shared) / norm : 0;
            hashes[task] = Write(files.BeginShared(tensor.Base.Name, task), shared);
            Subtract(vectors[task], shared);
            hashes[vectors.Length + task] = Write(files.BeginUnique(tensor.Base.Name, task), vectors[task]);
        }

        double[] norms = [.. Enumerable.Range(0, vectors.Length).Select(task => Math.Sqrt(products[(task * vectors.Length) + task]))];
        return Finish(tensor, baseHash, hashes) with
        {
            Products = products,
            Decomposition = TensorFindings.Describe(tensor.Base, decomposition, norms, fractions),
        };
    }

    private Matrix<float>[] Load(PlannedDecomposition tensor, out string baseHash, CancellationToken cancellationToken)
    {
        Matrix<float> Unfilled() => Matrix.Wrap(GC.AllocateUninitializedArray<float>(tensor.Rows * tensor.Columns), tensor.Rows, tensor.Columns);
        Matrix<float>[] vectors = [.. tensor.Tasks.Select(_ => Unfilled())];
        baseHash = new TaskTiles(plan, readers).Read(tensor, (first, tiles) =>
        {
            for (int task = 0; task < vectors.Length; task++)
            {
                Round(tensor, task, tiles[task].Span, vectors[task].Target.Elements.Slice((int)first, tiles[task].Length));
            }
        }, cancellationToken);
        return vectors;
    }

    private void Round(PlannedDecomposition tensor, int task, ReadOnlySpan<double> values, Span<float> rounded)
    {
        for (int index = 0; index < values.Length; index++)
        {
            rounded[index] = (float)values[index];
            if (!float.IsFinite(rounded[index]))
            {
                PlannedInput input = plan.Inputs[task + 1];
                throw new EditException(
                    EditError.NaN,
                    $"The task vector of '{input.Name}' ({input.Source.Path}) has values in '{tensor.Base.Name}' that are NaN or infinite; "
                    + "such a matrix has no singular vectors. Leave it out with --exclude.")
                {
                    File = input.Source.Path,
                    Tensor = tensor.Base.Name,
                };
            }
        }
    }

    private FinishedTensor Stream(PlannedDecomposition tensor, bool hasShared, CancellationToken cancellationToken)
    {
        int tasks = plan.TaskCount;
        PartTensor[] shared = hasShared ? [.. Enumerable.Range(0, tasks).Select(task => files.BeginShared(tensor.Base.Name, task))] : [];
        PartTensor[] unique = [.. Enumerable.Range(0, tasks).Select(task => files.BeginUnique(tensor.Base.Name, task))];
        try
        {
            string baseHash = new TaskTiles(plan, readers).Read(tensor, (_, tiles) => Write(tiles, shared, unique), cancellationToken);
            string?[] sharedHashes = hasShared ? [.. shared.Select(part => part.Finish())] : new string?[tasks];
            return Finish(tensor, baseHash, [.. sharedHashes, .. unique.Select(part => part.Finish())]);
        }
        finally
        {
            foreach (PartTensor part in shared.Concat(unique))
            {
                part.Dispose();
            }
        }
    }

    private static void Write(IReadOnlyList<ReadOnlyMemory<double>> tiles, PartTensor[] shared, PartTensor[] unique)
    {
        if (shared.Length == 0)
        {
            for (int task = 0; task < unique.Length; task++)
            {
                unique[task].Append(tiles[task].Span);
            }

            return;
        }

        double[] mean = new double[tiles[0].Length];
        for (int index = 0; index < mean.Length; index++)
        {
            mean[index] = tiles.Sum(tile => tile.Span[index]) / tiles.Count;
        }

        double[] rest = new double[mean.Length];
        for (int task = 0; task < unique.Length; task++)
        {
            for (int index = 0; index < mean.Length; index++)
            {
                rest[index] = tiles[task].Span[index] - mean[index];
            }

            shared[task].Append((ReadOnlySpan<double>)mean);
            unique[task].Append((ReadOnlySpan<double>)rest);
        }
    }

    private static string Write(PartTensor part, Matrix<float> values)
    {
        using (part)
        {
            part.Append(values.Elements);
            return part.Finish();
        }
    }

    private FinishedTensor Finish(PlannedDecomposition tensor, string baseHash, IReadOnlyList<string?> hashes) => new()
    {
        Name = tensor.Base.Name,
        BaseHash = baseHash,
        Hashes = hashes.Count > 0 ? hashes : new string?[files.Count],
    };

    private static void Subtract(Matrix<float> matrix, Matrix<float> other)
    {
        Span<float> elements = matrix.Target.Elements;
        for (int index = 0; index < elements.Length; index++)
        {
            elements[index] -= other.Elements[index];
        }
    }

    private static double Dot(Matrix<float> left, Matrix<float> right)
    {
        double sum = 0;
        ReadOnlySpan<float> others = right.Elements;
        ReadOnlySpan<float> elements = left.Elements;
        for (int index = 0; index < elements.Length; index++)
        {
            sum += (double)elements[index] * others[index];
        }

        return sum;
    }
}
