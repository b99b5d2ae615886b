namespace TaskVectors.Execution.Tiles;

/// <summary>A thread's worth of buffers that processes tiles.</summary>
internal interface ITileLane
{
    /// <summary>Reads, computes and delivers one tile.</summary>
    void Process(Tile tile);
}
