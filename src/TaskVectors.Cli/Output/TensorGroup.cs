using System.Globalization;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Output;

/// <summary>
/// Tensors of the same dtype and shape whose names differ in layer numbers only, such as <c>layers.{0..31}.mlp.up.weight</c>.
/// </summary>
internal sealed record TensorGroup(string Name, DType DType, TensorShape Shape, int Count, long Bytes)
{
    public static TensorGroup Of(TensorInfo tensor) => new(tensor.Name, tensor.DType, tensor.Shape, 1, tensor.ByteCount);

    /// <summary>Groups tensors, in the order of their first members.</summary>
    public static IEnumerable<TensorGroup> Group(IEnumerable<TensorInfo> tensors) =>
        from tensor in tensors
        group tensor by (Pattern: PatternOf(tensor.Name), tensor.DType, tensor.Shape) into same
        let members = same.ToList()
        select members.Count == 1
            ? Of(members[0])
            : new TensorGroup(NameOf(members), same.Key.DType, same.Key.Shape, members.Count, members.Sum(member => member.ByteCount));

    private static string PatternOf(string name) => string.Join('.', name.Split('.').Select(part => IsNumber(part) ? "#" : part));

    private static bool IsNumber(string part) => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit);

    private static string NameOf(List<TensorInfo> members)
    {
        string[][] names = [.. members.Select(member => member.Name.Split('.'))];
        IEnumerable<string> parts = Enumerable.Range(0, names[0].Length)
            .Select(index => IsNumber(names[0][index]) ? Range([.. names.Select(name => name[index])]) : names[0][index]);
        return string.Join('.', parts);
    }

    // Consecutive numbers become a range: 0, 1, 2, 5 is {0..2,5}.
    private static string Range(string[] values)
    {
        int[] numbers = [.. values.Select(value => int.Parse(value, CultureInfo.InvariantCulture)).Distinct().Order()];
        if (numbers.Length == 1)
        {
            return values[0];
        }

        var runs = new List<string>();
        for (int start = 0, end; start < numbers.Length; start = end)
        {
            for (end = start + 1; end < numbers.Length && numbers[end] == numbers[end - 1] + 1;)
            {
                end++;
            }

            string last = end - start == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"..{numbers[end - 1]}");
            runs.Add(string.Create(CultureInfo.InvariantCulture, $"{numbers[start]}{last}"));
        }

        return $"{{{string.Join(',', runs)}}}";
    }
}
