using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Parts;

/// <summary>Splits the tensors of a plan and writes their parts. Safe for concurrent use.</summary>
internal sealed class TensorSplitter(
    DecompositionPlan plan, InputReaders readers, PartFiles files, MatrixDecomposer decomposer, ILinearAlgebraProvider provider)
{
    public FinishedTensor Split(PlannedDecomposition tensor, CancellationToken cancellationToken)
    {
        return tensor.Treatment switch
        {
            TensorTreatment.Decompose => Decompose(tensor, cancellationToken),
            TensorTreatment.Unique => Stream(tensor, hasShared: false, cancellationToken),
            TensorTreatment.Mean => Stream(tensor, hasShared: true, cancellationToken),
            _ => Finish(tensor, new TaskTiles(plan, readers).HashBase(tensor.Base, cancellationToken), new WrittenParts(files.Count)),
        };
    }

    private FinishedTensor Decompose(PlannedDecomposition tensor, CancellationToken cancellationToken)
    {
        Matrix<float>[] vectors = Load(tensor, out string baseHash, cancellationToken);
        double[] products = ProductsOf(vectors);
        MatrixDecomposition<float> decomposition = decomposer.Decompose(vectors, tensor.FactorRanks, cancellationToken);
        double[] norms = [.. Enumerable.Range(0, vectors.Length).Select(task => Math.Sqrt(products[(task * vectors.Length) + task]))];
        double[] fractions = new double[vectors.Length];
        double?[] uniqueErrors = new double?[vectors.Length];
        var written = new WrittenParts(files.Count);
        var algebra = new FallbackLinearAlgebra(provider);
        var parts = new PartSplit(plan, algebra, decomposition);
        for (int task = 0; task < vectors.Length; task++)
        {
            SplitParts split = parts.Split(tensor, task, vectors[task], cancellationToken);
            fractions[task] = norms[task] > 0 ? split.SharedSquares / (norms[task] * norms[task]) : 0;
            uniqueErrors[task] = split.UniqueError;
            Write(tensor, task, split.SharedFactors, split.Shared, written);
            Write(tensor, plan.TaskCount + task, split.UniqueFactors, vectors[task], written);
        }

        return Finish(tensor, baseHash, written) with
        {
            Products = products,
            Decomposition = TensorFindings.Describe(tensor.Base, decomposition, norms, fractions) with
            {
                Fallbacks = decomposition.Fallbacks.Union(algebra.Fallbacks).ToArray() is { Length: > 0 } fallbacks ? fallbacks : null,
                UniqueError = uniqueErrors.Any(error => error is not null) ? [.. uniqueErrors.Select(error => error ?? 0)] : null,
            },
        };
    }

    private void Write(PlannedDecomposition tensor, int part, LowRankFactors? factors, Matrix<float> dense, WrittenParts written)
    {
        if (factors is not null)
        {
            written.Factors[part] = files.Write(tensor.Base.Name, part, factors);
        }
        else if (!plan.Parts[part].IsLowRank)
        {
            using PartTensor target = files.Begin(tensor.Base.Name, part);
            target.Append(dense.Elements);
            written.Hashes[part] = target.Finish();
        }
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
        }

        RequireFinite(tensor, task, values);
    }

    // As the parts are stored: in F32.
    private void RequireFinite(PlannedDecomposition tensor, int task, ReadOnlySpan<double> values)
    {
        bool isFinite = true;
        foreach (double value in values)
        {
            isFinite &= float.IsFinite((float)value);
        }

        if (isFinite)
        {
            return;
        }

        PlannedInput input = plan.Inputs[task + 1];
        throw new EditException(
            EditError.NaN,
            $"The task vector of '{input.Name}' ({input.Source.Path}) has values in {QuotedName.Of(tensor.Base.Name)} that are NaN or infinite in F32, "
            + "and no parts. Pass --vectors drop, which keeps biases, norms and what --exclude names out of both parts.")
        {
            File = input.Source.Path,
            Tensor = tensor.Base.Name,
        };
    }

    private FinishedTensor Stream(PlannedDecomposition tensor, bool hasShared, CancellationToken cancellationToken)
    {
        int tasks = plan.TaskCount;
        PartTensor?[] shared = [.. Enumerable.Range(0, hasShared ? tasks : 0).Select(Begin)];
        PartTensor?[] unique = [.. Enumerable.Range(tasks, tasks).Select(Begin)];
        var written = new WrittenParts(files.Count);
        try
        {
            string baseHash = new TaskTiles(plan, readers).Read(tensor, (_, tiles) =>
            {
                for (int task = 0; task < tiles.Count; task++)
                {
                    RequireFinite(tensor, task, tiles[task].Span);
                }

                Write(tiles, shared, unique);
            }, cancellationToken);
            shared.Select(part => part?.Finish()).ToArray().CopyTo(written.Hashes, 0);
            unique.Select(part => part?.Finish()).ToArray().CopyTo(written.Hashes, tasks);
            CopyFactors(tensor, written);
            return Finish(tensor, baseHash, written);
        }
        finally
        {
            foreach (PartTensor? part in shared.Concat(unique))
            {
                part?.Dispose();
            }
        }

        PartTensor? Begin(int part) => plan.Parts[part].IsLowRank ? null : files.Begin(tensor.Base.Name, part);
    }

    // What is not decomposed is unique, with the factors that its adapter has for it.
    private void CopyFactors(PlannedDecomposition tensor, WrittenParts written)
    {
        for (int task = 0; task < plan.TaskCount; task++)
        {
            int part = plan.TaskCount + task;
            if (plan.Parts[part].Modules.ContainsKey(tensor.Base.Name))
            {
                written.Factors[part] = files.Write(tensor.Base.Name, part, FactoredSplit.Round(plan.FactorsOf(tensor, task)));
            }
        }
    }

    private static void Write(IReadOnlyList<ReadOnlyMemory<double>> tiles, PartTensor?[] shared, PartTensor?[] unique)
    {
        if (shared.Length == 0)
        {
            for (int task = 0; task < unique.Length; task++)
            {
                unique[task]?.Append(tiles[task].Span);
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

            shared[task]?.Append((ReadOnlySpan<double>)mean);
            unique[task]?.Append((ReadOnlySpan<double>)rest);
        }
    }

    private static FinishedTensor Finish(PlannedDecomposition tensor, string baseHash, WrittenParts written) => new()
    {
        Name = tensor.Base.Name,
        BaseHash = baseHash,
        Hashes = written.Hashes,
        Factors = written.Factors.Any(factors => factors is not null) ? written.Factors : null,
    };

    private static double[] ProductsOf(Matrix<float>[] vectors)
    {
        double[] products = new double[vectors.Length * vectors.Length];
        for (int row = 0; row < vectors.Length; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                double product = MatrixNorms.Inner(vectors[row].Elements, vectors[column].Elements);
                products[(row * vectors.Length) + column] = products[(column * vectors.Length) + row] = product;
            }
        }

        return products;
    }
}
