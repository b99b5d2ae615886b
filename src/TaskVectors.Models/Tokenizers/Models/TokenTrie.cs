using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>Finds the tokens that begin a text.</summary>
internal sealed class TokenTrie
{
    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _values = [-1];

    /// <summary>Adds a token; of equal ones the last wins.</summary>
    public void Add(string token, int value)
    {
        int node = 0;
        foreach (int point in CodePoints.Of(token))
        {
            long key = Key(node, point);
            if (!_children.TryGetValue(key, out int child))
            {
                child = _values.Count;
                _values.Add(-1);
                _children.Add(key, child);
            }

            node = child;
        }

        _values[node] = value;
    }

    /// <summary>Steps from a node (the root is 0) along a code point.</summary>
    /// <returns>The next node, or -1.</returns>
    public int Step(int node, int point) => _children.TryGetValue(Key(node, point), out int child) ? child : -1;

    /// <summary>The value of the token that ends at a node, or -1.</summary>
    public int ValueAt(int node) => _values[node];

    private static long Key(int node, int point) => ((long)node << 32) | (uint)point;
}
