namespace TaskVectors.Analysis;

/// <summary>How the leading column spaces of two task vectors lie to one another.</summary>
/// <param name="First">The index of one task vector.</param>
/// <param name="Second">The index of the other, greater.</param>
/// <param name="Radians">The principal angles, ascending: 0 for a common direction, pi/2 for none; empty where a task vector is zero.</param>
public sealed record SubspaceAngles(int First, int Second, IReadOnlyList<double> Radians)
{
    /// <summary>The mean of the squared cosines: the share of one space that lies in the other; r/d is what chance gives for spaces of dimension r in d.</summary>
    public double Overlap => Radians.Count == 0 ? 0 : Radians.Average(angle => Math.Cos(angle) * Math.Cos(angle));
}
