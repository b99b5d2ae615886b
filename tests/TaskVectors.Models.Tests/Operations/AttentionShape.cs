namespace TaskVectors.Models.Tests.Operations;

/// <summary>The sizes of an attention over [batch, n, heads, size].</summary>
internal sealed record AttentionShape(int Batch, int Queries, int Keys, int Heads, int KeyHeads, int Size)
{
    public double Scale => 1 / Math.Sqrt(Size);

    public int Query(int batch, int query, int head, int element) => (((((batch * Queries) + query) * Heads) + head) * Size) + element;

    public int Key(int batch, int key, int head, int element) => (((((batch * Keys) + key) * KeyHeads) + head) * Size) + element;
}
