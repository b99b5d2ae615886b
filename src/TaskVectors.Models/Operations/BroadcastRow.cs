namespace TaskVectors.Models.Operations;

/// <summary>One run along the last dimension of a broadcast operation: where it starts in each tensor, and how far elements are apart.</summary>
internal readonly record struct BroadcastRow(int Left, int LeftStep, int Right, int RightStep, int Target, int Length);
