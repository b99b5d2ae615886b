namespace TaskVectors.Models.Autograd;

/// <summary>Is told of the inputs of linear layers while a model runs.</summary>
internal interface ILinearObserver
{
    /// <summary>A weight is about to map vectors.</summary>
    /// <param name="weight">The weight, or a view of it as a matrix.</param>
    /// <param name="x">[rows, inputs] in row-major order.</param>
    /// <param name="inputs">The elements of a row.</param>
    /// <param name="isInOut">Whether the weight is stored as [in, out].</param>
    void Map(Tensor weight, Tensor x, int inputs, bool isInOut);

    /// <summary>Rows of a table are about to be looked up.</summary>
    /// <param name="table">The table.</param>
    void LookUp(Tensor table);
}
