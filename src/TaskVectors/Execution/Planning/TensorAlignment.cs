using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>
/// Finds, for every tensor of the base, the tensors of the other inputs that go with it, and collects everything that does not fit:
/// all of it, so that one report tells a user all there is to mend.
/// </summary>
internal sealed class TensorAlignment
{
    private const int MostListed = 4;

    private readonly AffineForm _form;
    private readonly EditOptions _options;
    private readonly IReadOnlyList<PlannedInput> _inputs;
    private readonly Dictionary<(int Input, EditError Error), List<(string Tensor, string Detail)>> _problems = [];
    private readonly List<string> _warnings = [];

    public TensorAlignment(AffineForm form, IReadOnlyList<PlannedInput> inputs, EditOptions options)
    {
        _form = form;
        _inputs = inputs;
        _options = options;
    }

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>
    /// The base's tensors with the terms of each; a tensor without terms keeps the base's values. Where a partial task vector stands for the base, those
    /// of further vectors that it lacks come after its own: it is zero there.
    /// </summary>
    /// <param name="unites">Whether tensors beyond the base's may come.</param>
    public IReadOnlyList<AlignedTensor> Align(bool unites = false)
    {
        List<AlignedTensor> aligned = [.. _inputs[0].Source.Tensors.Select(Align)];
        IReadOnlyList<(int Input, TensorInfo Tensor)> extra = FindExtraTensors();
        bool Joins((int Input, TensorInfo Tensor) found) => unites && IsZeroWhereAbsent(0) && _inputs[found.Input].IsVector;
        aligned.AddRange(extra.Where(Joins).Select(found => found.Tensor).DistinctBy(tensor => tensor.Name).Select(Align));
        foreach ((int input, TensorInfo tensor) in extra.Where(found => !Joins(found)))
        {
            Note(input, EditError.ExtraTensors, tensor.Name);
        }

        return aligned;
    }

    /// <summary>One error for each input and kind of problem, listing every tensor concerned.</summary>
    public IEnumerable<EditException> Errors() =>
        from problem in _problems
        orderby problem.Key.Input, problem.Key.Error
        select ToException(problem.Key.Input, problem.Key.Error, problem.Value);

    private AlignedTensor Align(TensorInfo tensor)
    {
        var terms = ImmutableArray.CreateBuilder<PlannedTerm>(_form.Terms.Length);
        bool keepsBase = false;
        for (int index = 0; index < _inputs.Count; index++)
        {
            double coefficient = CoefficientOf(index, tensor.Name);
            if (coefficient == 0)
            {
                continue;
            }

            if (!double.IsFinite(coefficient))
            {
                Note(index, EditError.InvalidOption, tensor.Name);
                continue;
            }

            if (Find(index, tensor) is { } found)
            {
                terms.Add(new PlannedTerm(index, found, coefficient));
            }
            else
            {
                keepsBase |= !IsZeroWhereAbsent(index);
            }
        }

        return new AlignedTensor(tensor, terms.ToImmutable(), keepsBase);
    }

    /// <summary>The coefficient of an input in a tensor; 0 where the input plays no part in it.</summary>
    public double CoefficientOf(int input, string tensor) =>
        TermOf(input) is { } term ? term.Coefficient.Evaluate(tensor) : 0;

    // The base is always input 0, whether or not the form has a term for it.
    private Term? TermOf(int input) =>
        _form.Terms.FirstOrDefault(term => term.IsVector == _inputs[input].IsVector && term.Source.Path == _inputs[input].Source.Path);

    private TensorInfo? Find(int input, TensorInfo tensor)
    {
        CheckpointSource source = _inputs[input].Source;
        if (TiedTensors.StoredName(source, tensor.Name) is not { } stored || !source.TryGetTensor(stored, out TensorInfo? found))
        {
            // What a merged checkpoint does not give keeps the base's values: the alignment of its models has told why.
            if (!IsZeroWhereAbsent(input) && !_inputs[input].IsComputed)
            {
                Note(input, EditError.MissingTensors, tensor.Name);
            }

            return null;
        }

        if (found.Shape != tensor.Shape)
        {
            Note(input, EditError.ShapeMismatch, tensor.Name, $" ({found.Shape} against {tensor.Shape})");
            return null;
        }

        if (Conflicts(input, found.DType, tensor.DType))
        {
            Note(input, EditError.DTypeMismatch, tensor.Name, $" ({found.DType.Name()} against {tensor.DType.Name()})");
            return null;
        }

        return found;
    }

    private bool Conflicts(int input, DType dtype, DType baseDType)
    {
        bool bothArithmetic = dtype.IsArithmetic() && baseDType.IsArithmetic();
        bool dtypeChosen = _options.OutputDType is not null || _inputs[input].IsVector || _inputs[input].IsComputed || _inputs[0].IsVector;
        return dtype != baseDType && !(bothArithmetic && dtypeChosen);
    }

    private bool IsZeroWhereAbsent(int input) =>
        _inputs[input].IsVector
        && (_inputs[input].IsComputed
            || (_inputs[input].Source.Metadata.TryGetValue(TaskVectorMetadata.PartialKey, out string? partial) && partial == "true"));

    private List<(int Input, TensorInfo Tensor)> FindExtraTensors()
    {
        var extra = new List<(int Input, TensorInfo Tensor)>();
        CheckpointSource anchor = _inputs[0].Source;
        for (int index = 1; index < _inputs.Count; index++)
        {
            foreach (TensorInfo tensor in _inputs[index].Source.Tensors)
            {
                bool used = CoefficientOf(index, tensor.Name) != 0;
                if (used && !anchor.TryGetTensor(tensor.Name, out _) && !TiedTensors.IsTied(anchor, tensor.Name))
                {
                    extra.Add((index, tensor));
                }
            }
        }

        return extra;
    }

    private void Note(int input, EditError error, string tensor, string detail = "")
    {
        if (!_problems.TryGetValue((input, error), out List<(string Tensor, string Detail)>? list))
        {
            list = [];
            _problems.Add((input, error), list);
        }

        list.Add((tensor, detail));
    }

    private EditException ToException(int input, EditError error, List<(string Tensor, string Detail)> tensors)
    {
        PlannedInput model = _inputs[input];
        PlannedInput anchor = _inputs[0];
        string list = error == EditError.DTypeMismatch ? FirstOf(tensors) : ListOf(tensors);
        string message = error switch
        {
            EditError.MissingTensors => $"'{model.Name}' lacks {Count(tensors)} that the base '{anchor.Name}' has: {list}. Pass --missing base to keep the base's values of them.",
            EditError.ExtraTensors => $"'{model.Name}' has {Count(tensors)} that the base '{anchor.Name}' lacks: {list}. Pass --missing base to leave them out.",
            EditError.InvalidOption => $"The coefficient of '{model.Name}' is too large for a number in {Count(tensors)}: {list}. Use smaller coefficients.",
            EditError.ShapeMismatch => $"{Count(tensors)} of '{model.Name}' and of the base '{anchor.Name}' differ in shape: {list}. The models must have one architecture; leave such tensors alone with --exclude.",
            _ => $"{Count(tensors)} of '{model.Name}' and of the base '{anchor.Name}' differ in dtype: {list}. Pass --dtype to choose the dtype of the result; integer and float tensors never mix (leave them alone with --exclude).",
        };
        return new EditException(error, message) { File = model.Source.Path, Tensor = tensors.Count == 1 ? tensors[0].Tensor : null };
    }

    /// <summary>Moves the problems that the policy for missing tensors allows from errors to warnings.</summary>
    public void ApplyMissingPolicy()
    {
        if (_options.Missing == MissingTensors.Error)
        {
            return;
        }

        foreach (((int input, EditError error) key, List<(string Tensor, string Detail)> tensors) in _problems.Where(problem => problem.Key.Error is EditError.MissingTensors or EditError.ExtraTensors).ToList())
        {
            string fate = key.error == EditError.MissingTensors ? "lacks, which keep the base's values" : "has beyond the base's, which are left out";
            _warnings.Add($"{Count(tensors)} that '{_inputs[key.input].Name}' {fate}: {ListOf(tensors)}");
            _ = _problems.Remove(key);
        }
    }

    // A name from a file can hold anything, terminal commands included: quoted, they are shown and not obeyed.
    private static string ListOf(IEnumerable<(string Tensor, string Detail)> tensors) =>
        string.Join(", ", tensors.Select(tensor => QuotedName.Of(tensor.Tensor) + tensor.Detail));

    // Where dtypes differ they mostly do in every tensor, and a few say it all.
    private static string FirstOf(List<(string Tensor, string Detail)> tensors) =>
        tensors.Count <= MostListed ? ListOf(tensors) : $"{ListOf(tensors.Take(MostListed))} and {tensors.Count - MostListed} more";

    private static string Count(List<(string Tensor, string Detail)> tensors) => tensors.Count == 1 ? "1 tensor" : $"{tensors.Count} tensors";
}
