using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Knots;

/// <summary>
/// The matrix of a layer: its weight, with its bias as one more column. The weight of a norm is a diagonal matrix. Rows are outputs.
/// </summary>
internal sealed class KnotsLayer
{
    private const string Weight = "weight";
    private const string Bias = "bias";

    private readonly MergeUnit _unit;
    private readonly KnotsPart[] _parts;

    public KnotsLayer(MergeUnit unit)
    {
        _unit = unit;
        _parts = [.. unit.Tensors.Select(PartOf)];
        Rows = unit.Tensors[0].Rows;
        Width = _parts.Select((part, tensor) => WidthOf(part, unit.Tensors[tensor])).Sum();
    }

    /// <summary>The rows of the matrix.</summary>
    public int Rows { get; }

    /// <summary>The columns of one task's matrix.</summary>
    public int Width { get; }

    /// <summary>Whether nothing of the layer is merged.</summary>
    public bool IsLeftAlone => Width == 0;

    /// <summary>Whether the matrix is diagonal: a norm without bias.</summary>
    public bool IsDiagonal => _parts is [KnotsPart.Diagonal];

    /// <summary>Divides tensors into layers: a weight and the bias that has an entry for each of its rows.</summary>
    public static IReadOnlyList<MergeUnit> Divide(IReadOnlyList<MergeTensor> tensors)
    {
        var byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var units = new List<MergeUnit>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (MergeTensor tensor in tensors.Where(tensor => taken.Add(tensor.Name)))
        {
            MergeTensor? partner = PartnerOf(tensor.Name) is { } name && byName.TryGetValue(name, out MergeTensor? found) && BelongTogether(tensor, found) ? found : null;
            units.Add(new MergeUnit(partner is null ? [tensor] : [tensor, partner]));
            if (partner is not null)
            {
                _ = taken.Add(partner.Name);
            }
        }

        return units;
    }

    /// <summary>Writes a task's matrix into columns of a larger one.</summary>
    public void Assemble(IUnitVectors vectors, int task, MatrixSpan<double> target)
    {
        int column = 0;
        for (int tensor = 0; tensor < _parts.Length; tensor++)
        {
            int width = WidthOf(_parts[tensor], _unit.Tensors[tensor]);
            if (width > 0)
            {
                Place(vectors.Read(task, tensor), _parts[tensor], target.Slice(0, column, Rows, width));
            }

            column += width;
        }
    }

    /// <summary>Takes a matrix apart into the tensors of the layer.</summary>
    public IReadOnlyList<Matrix<double>> TakeApart(Matrix<double> matrix)
    {
        var tensors = new List<Matrix<double>>();
        int column = 0;
        for (int tensor = 0; tensor < _parts.Length; tensor++)
        {
            MergeTensor shape = _unit.Tensors[tensor];
            int width = WidthOf(_parts[tensor], shape);
            tensors.Add(Take(matrix.View.Slice(0, column, Rows, width), _parts[tensor], shape));
            column += width;
        }

        return tensors;
    }

    /// <summary>The merged values of a layer that is left alone.</summary>
    public IReadOnlyList<Matrix<double>> Zero() => [.. _unit.Tensors.Select(tensor => Matrix.Zero<double>(tensor.Rows, tensor.Columns))];

    /// <summary>The part a tensor plays.</summary>
    public static KnotsPart PartOf(MergeTensor tensor)
    {
        bool isWeight = tensor.Name.EndsWith(Weight, StringComparison.Ordinal);
        if (!isWeight && !tensor.Name.EndsWith(Bias, StringComparison.Ordinal))
        {
            return KnotsPart.None;
        }

        bool isNorm = isWeight && (tensor.Name.Contains("norm", StringComparison.Ordinal) || tensor.Name.Contains("ln", StringComparison.Ordinal));
        return tensor.Shape.Rank >= 2 ? KnotsPart.Matrix : isNorm ? KnotsPart.Diagonal : KnotsPart.Column;
    }

    private static int WidthOf(KnotsPart part, MergeTensor tensor) => part switch
    {
        KnotsPart.Matrix => tensor.Columns,
        KnotsPart.Diagonal => tensor.Rows,
        KnotsPart.Column => 1,
        _ => 0,
    };

    private static string? PartnerOf(string name) =>
        name.EndsWith(Weight, StringComparison.Ordinal) ? name[..^Weight.Length] + Bias
        : name.EndsWith(Bias, StringComparison.Ordinal) ? name[..^Bias.Length] + Weight
        : null;

    private static bool BelongTogether(MergeTensor tensor, MergeTensor partner)
    {
        MergeTensor bias = tensor.Name.EndsWith(Bias, StringComparison.Ordinal) ? tensor : partner;
        return bias.Shape.Rank == 1 && tensor.Rows == partner.Rows;
    }

    private static void Place(Matrix<double> values, KnotsPart part, MatrixSpan<double> target)
    {
        for (int row = 0; row < target.Rows; row++)
        {
            if (part == KnotsPart.Matrix)
            {
                values.View.Slice(row, 0, 1, values.Columns).CopyTo(target.Row(row));
            }
            else
            {
                target[row, part == KnotsPart.Diagonal ? row : 0] = values.Elements[row];
            }
        }
    }

    private static Matrix<double> Take(ReadOnlyMatrixSpan<double> matrix, KnotsPart part, MergeTensor tensor)
    {
        if (part == KnotsPart.Matrix)
        {
            return matrix.ToMatrix();
        }

        Matrix<double> values = Matrix.Zero<double>(tensor.Rows, tensor.Columns);
        for (int row = 0; part != KnotsPart.None && row < tensor.Rows; row++)
        {
            values.Target[row, 0] = matrix[row, part == KnotsPart.Diagonal ? row : 0];
        }

        return values;
    }
}
