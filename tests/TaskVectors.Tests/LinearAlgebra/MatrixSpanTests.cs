using TaskVectors.LinearAlgebra;

namespace TaskVectors.Tests.LinearAlgebra;

public class MatrixSpanTests
{
    private static readonly double[] Elements = [1, 2, 3, 0, 4, 5, 6, 0];

    [Fact]
    public void A_stride_skips_the_end_of_each_row()
    {
        ReadOnlyMatrixSpan<double> matrix = new(Elements, 2, 3, 4);
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.ToMatrix().Elements.ToArray());
        Assert.Equal(6, matrix[1, 2]);
    }

    [Fact]
    public void The_last_row_needs_no_padding()
    {
        ReadOnlyMatrixSpan<double> matrix = new(Elements.AsSpan(0, 7), 2, 3, 4);
        Assert.Equal(6, matrix[1, 2]);
    }

    [Fact]
    public void Transposing_moves_nothing_and_twice_is_the_matrix_itself()
    {
        ReadOnlyMatrixSpan<double> matrix = new(Elements, 2, 3, 4);
        Assert.Equal([1, 4, 2, 5, 3, 6], matrix.Transpose().ToMatrix().Elements.ToArray());
        Assert.True(matrix.Elements == matrix.Transpose().Elements);
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.Transpose().Transpose().ToMatrix().Elements.ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 33)]
    [InlineData(32, 64)]
    [InlineData(100, 7)]
    public void A_transposed_copy_has_every_element_in_its_place(int rows, int columns)
    {
        Matrix<float> matrix = TestMatrices.Gaussian<float>(rows, columns, 1);
        Matrix<double> transposed = matrix.Transpose().ToMatrix<double>();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                Assert.Equal(matrix[i, j], transposed[j, i]);
            }
        }
    }

    [Fact]
    public void A_slice_of_a_transposed_matrix_is_the_transposed_slice()
    {
        Matrix<double> matrix = TestMatrices.Gaussian<double>(9, 7, 2);
        double[] expected = matrix.View.Slice(2, 1, 5, 3).Transpose().ToMatrix().Elements.ToArray();
        Assert.Equal(expected, matrix.Transpose().Slice(1, 2, 3, 5).ToMatrix().Elements.ToArray());
    }

    [Fact]
    public void Narrowing_rounds_to_nearest_even()
    {
        double tie = 1 + Math.ScaleB(1, -24);
        Matrix<double> matrix = TestMatrices.From(1, 2, tie, Math.BitIncrement(tie));
        Assert.Equal([1f, MathF.BitIncrement(1f)], matrix.View.ToMatrix<float>().Elements.ToArray());
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    [InlineData(0, 0)]
    public void Empty_matrices_are_legal(int rows, int columns)
    {
        ReadOnlyMatrixSpan<float> matrix = new([], rows, columns, columns + 3);
        Assert.Equal((columns, rows), (matrix.Transpose().ToMatrix().Rows, matrix.Transpose().ToMatrix().Columns));
        Assert.Equal((rows, columns), (matrix.Slice(0, 0, rows, columns).Rows, matrix.Columns));
    }

    [Fact]
    public void A_span_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ReadOnlyMatrixSpan<double>(Elements, 3, 3).Rows);

    [Fact]
    public void A_stride_shorter_than_a_row_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MatrixSpan<double>(Elements, 2, 3, 2).Rows);

    [Fact]
    public void Positions_outside_are_refused_even_where_the_memory_goes_on()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadOnlyMatrixSpan<double>(Elements, 2, 3, 4)[0, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadOnlyMatrixSpan<double>(Elements, 2, 3, 4)[-1, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadOnlyMatrixSpan<double>(Elements, 2, 3, 4).Slice(1, 1, 2, 2).Rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadOnlyMatrixSpan<double>(Elements, 2, 3, 4).Slice(0, 1, 1, int.MaxValue).Rows);
    }

    [Fact]
    public void A_matrix_larger_than_an_array_is_refused_before_anything_is_allocated() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Matrix.Zero<float>(int.MaxValue, 2));

    [Fact]
    public void An_array_of_another_length_is_not_a_matrix() =>
        Assert.Throws<ArgumentException>(() => Matrix.Wrap(Elements, 2, 3));
}
