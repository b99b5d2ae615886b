namespace TaskVectors.Recipes.Yaml;

/// <summary>A value of a YAML document and where it stands. Aliases share the node of their anchor, so nodes form a graph without cycles.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Column">The column it begins at, from 1.</param>
/// <param name="Size">How many nodes it stands for when every alias is written out, itself included.</param>
public abstract record YamlNode(int Line, int Column, long Size)
{
    /// <summary>What the node is, as a message says it.</summary>
    public abstract string Description { get; }
}
