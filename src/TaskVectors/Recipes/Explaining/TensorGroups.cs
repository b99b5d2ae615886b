using System.Globalization;
using TaskVectors.Recipes.Architectures;

namespace TaskVectors.Recipes.Explaining;

/// <summary>Names groups of a model's tensors in few words: by runs of layers where the same tensors of several layers belong to a group.</summary>
internal sealed class TensorGroups
{
    private const int MaximumNames = 4;

    private readonly ModelLayout _layout;
    private readonly HashSet<string> _all;

    public TensorGroups(ModelLayout layout, IEnumerable<string> all)
    {
        _layout = layout;
        _all = [.. all];
    }

    /// <summary>The group in words.</summary>
    public string Describe(IReadOnlyCollection<string> tensors)
    {
        if (tensors.Count == _all.Count)
        {
            return "all tensors";
        }

        var inLayers = tensors.Select(ModelLayout.Parse).OfType<LayerName>().GroupBy(name => name.Stack);
        string[] outside = [.. tensors.Where(tensor => ModelLayout.Parse(tensor) is null)];
        IEnumerable<string> parts = inLayers.SelectMany(DescribeStack);
        return string.Join("; ", outside.Length > 0 ? parts.Append(ListOf(outside)) : parts);
    }

    private IEnumerable<string> DescribeStack(IGrouping<string, LayerName> stack)
    {
        string title = _layout.Stacks.Count > 1 ? $" of {stack.Key}" : string.Empty;
        var byLayers = stack.GroupBy(name => name.Rest).GroupBy(rest => string.Join(',', rest.Select(name => name.Layer).Order()));
        foreach (var group in byLayers)
        {
            int[] layers = [.. group.First().Select(name => name.Layer).Order()];
            string[] rests = [.. group.Select(rest => rest.Key)];
            string which = layers.Length == 1 ? "layer" : "layers";
            string text = $"{which} {RunsOf(layers)}{title}";
            yield return IsWhole(stack.Key, layers, rests) ? text : $"{text}: {ListOf([.. Modules(stack.Key, layers[0], rests)])}";
        }
    }

    // A module all of whose tensors belong to the group is named alone.
    private IEnumerable<string> Modules(string stack, int layer, string[] rests)
    {
        LayerName[] all = [.. _all.Select(ModelLayout.Parse).OfType<LayerName>().Where(name => name.Stack == stack && name.Layer == layer)];
        foreach (IGrouping<string, string> module in rests.GroupBy(rest => rest.Split('.')[0]))
        {
            int count = all.Count(name => name.Rest.Split('.')[0] == module.Key);
            foreach (string name in count == module.Count() ? [module.Key] : module.AsEnumerable())
            {
                yield return name;
            }
        }
    }

    private bool IsWhole(string stack, int[] layers, string[] rests) =>
        layers.All(layer => _all.Select(ModelLayout.Parse).OfType<LayerName>().Count(name => name.Stack == stack && name.Layer == layer) == rests.Length);

    private static string RunsOf(int[] layers)
    {
        var runs = new List<string>();
        for (int first = 0; first < layers.Length;)
        {
            int last = first;
            while (last + 1 < layers.Length && layers[last + 1] == layers[last] + 1)
            {
                last++;
            }

            runs.Add(string.Create(CultureInfo.InvariantCulture, $"{layers[first]}{(last > first ? $"-{layers[last]}" : string.Empty)}"));
            first = last + 1;
        }

        return string.Join(",", runs);
    }

    private static string ListOf(string[] names) => names.Length <= MaximumNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MaximumNames))} and {names.Length - MaximumNames} more";
}
