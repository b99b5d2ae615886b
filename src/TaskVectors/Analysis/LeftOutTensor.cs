namespace TaskVectors.Analysis;

/// <summary>A tensor of a task vector that an adapter made of it lacks.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Norm">||W||_F: what is lost.</param>
public sealed record LeftOutTensor(string Name, double Norm);
