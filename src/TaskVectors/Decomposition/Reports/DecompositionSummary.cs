using TaskVectors.Decomposition.Parts;

namespace TaskVectors.Decomposition.Reports;

/// <summary>Puts the findings of all matrices together.</summary>
internal sealed class DecompositionSummary
{
    private const double RelatedCosine = 0.1;

    private readonly DecompositionPlan _plan;
    private readonly TensorDecomposition[] _tensors;
    private readonly double[] _products;
    private readonly int _tasks;

    public DecompositionSummary(DecompositionPlan plan, IReadOnlyList<FinishedTensor> finished)
    {
        _plan = plan;
        _tasks = plan.TaskCount;
        _tensors = [.. finished.Select(tensor => tensor.Decomposition).OfType<TensorDecomposition>()];
        _products = new double[_tasks * _tasks];
        foreach (IReadOnlyList<double> products in finished.Select(tensor => tensor.Products).OfType<IReadOnlyList<double>>())
        {
            for (int index = 0; index < _products.Length; index++)
            {
                _products[index] += products[index];
            }
        }
    }

    public DecompositionReport Report(string linearAlgebra)
    {
        DecompositionOptions options = _plan.Options;
        double[] fractions = [.. Enumerable.Range(0, _tasks).Select(SharedFraction)];
        return new DecompositionReport
        {
            ToolVersion = ToolVersion.Current,
            Base = _plan.Inputs[0].Name,
            Tasks = [.. _plan.Inputs.Skip(1).Select(input => input.Name)],
            Rank = options.Subspace.Rank.ToString(),
            Sharing = options.Subspace.Sharing.ToString(),
            Sides = OptionNames.Of(options.Subspace.Sides),
            OutputAxis = OptionNames.Of(_plan.OutputAxis),
            Vectors = OptionNames.Of(options.Vectors),
            NullTest = options.Subspace.NullTest,
            Seed = options.Subspace.Seed,
            Precision = OptionNames.Of(options.Subspace.Precision),
            LinearAlgebra = linearAlgebra,
            Tensors = _tensors,
            SharedFraction = fractions,
            UniqueError = _plan.Options.UniqueRank is null ? null : [.. Enumerable.Range(0, _tasks).Select(UniqueError)],
            Norms = [.. Enumerable.Range(0, _tasks).Select(task => Math.Sqrt(Product(task, task)))],
            Cosines = [.. Enumerable.Range(0, _tasks).Select(Cosines)],
            Summary = Summary(fractions),
            Warnings = [.. _plan.Warnings, .. Warnings()],
            Notes = _plan.Notes,
            Files = [.. _plan.Parts.Select(part => part.Path)],
        };
    }

    private double Product(int left, int right) => _products[(left * _tasks) + right];

    private double Cosine(int left, int right)
    {
        double norms = Math.Sqrt(Product(left, left) * Product(right, right));
        return left == right ? 1 : norms > 0 ? Product(left, right) / norms : 0;
    }

    private IReadOnlyList<double> Cosines(int row) => [.. Enumerable.Range(0, _tasks).Select(column => Cosine(row, column))];

    private double SharedFraction(int task)
    {
        double norm = Product(task, task);
        return norm > 0 ? _tensors.Sum(tensor => tensor.SharedFraction[task] * tensor.Norms[task] * tensor.Norms[task]) / norm : 0;
    }

    // Shared and unique part are orthogonal: ||unique||^2 = ||W||^2 - ||shared||^2.
    private double UniqueError(int task)
    {
        double lost = 0;
        double whole = 0;
        foreach (TensorDecomposition tensor in _tensors)
        {
            double squares = tensor.Norms[task] * tensor.Norms[task] * Math.Max(0, 1 - tensor.SharedFraction[task]);
            double error = tensor.UniqueError?[task] ?? 0;
            lost += error * error * squares;
            whole += squares;
        }

        return whole > 0 ? Math.Sqrt(lost / whole) : 0;
    }

    private string Summary(double[] fractions)
    {
        TensorDecomposition[] sharing = [.. _tensors.Where(tensor => tensor.SharedDimension > 0)];
        if (sharing.Length == 0)
        {
            string rejected = _tensors.Sum(tensor => tensor.DroppedByNullTest) is > 0 and int dropped
                ? $" ({dropped} directions pass the cut, but random subspaces have as many)"
                : string.Empty;
            return FormattableString.Invariant(
                $"Nothing is shared: in none of {_tensors.Length} matrices does a direction pass the cut of {_tensors[0].Cut:0.###}{rejected}. ")
                + "The unique parts are the task vectors themselves, and the shared parts are zero.";
        }

        double dimension = _tensors.Average(tensor => tensor.SharedDimension);
        string chance = _plan.Options.Subspace.NullTest
            ? FormattableString.Invariant($" (chance gives {_tensors.Average(tensor => tensor.ChanceDimension ?? 0):0.#})")
            : string.Empty;
        return FormattableString.Invariant(
            $"{sharing.Length} of {_tensors.Length} matrices share directions, {dimension:0.#} on average{chance}; ")
            + FormattableString.Invariant($"they hold {100 * fractions.Average():0.#} % of the task vectors' squared norm.");
    }

    private IEnumerable<string> Warnings()
    {
        int doubtful = _tensors.Count(tensor => tensor.Warning is not null);
        if (doubtful > 0)
        {
            yield return $"In {doubtful} of {_tensors.Length} matrices random subspaces pass the cut too: "
                + "read their shared dimension beside the chance dimension.";
        }

        foreach (TensorDecomposition tensor in _tensors.Where(tensor => tensor.Fallbacks is not null))
        {
            yield return $"'{tensor.Name}': {string.Join(' ', tensor.Fallbacks!)}";
        }

        for (int left = 0; left < _tasks; left++)
        {
            for (int right = left + 1; right < _tasks; right++)
            {
                if (Cosine(left, right) >= RelatedCosine)
                {
                    string pair = $"'{_plan.Inputs[left + 1].Name}' and '{_plan.Inputs[right + 1].Name}'";
                    yield return FormattableString.Invariant(
                        $"{pair} are related (cosine {Cosine(left, right):0.00}): what they share is part of their own skill. ")
                        + "To remove one of them by its unique part, decompose it against unrelated vectors.";
                }
            }
        }
    }
}
