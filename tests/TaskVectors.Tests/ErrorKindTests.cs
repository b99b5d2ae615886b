using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;

namespace TaskVectors.Tests;

public class ErrorKindTests
{
    [Fact]
    public void The_kind_of_an_error_is_its_area_and_its_name_in_kebab_case()
    {
        Assert.Equal("edit.nan", new EditException(EditError.NaN, "m").Kind);
        Assert.Equal("edit.output-exists", new EditException(EditError.OutputExists, "m").Kind);
        Assert.Equal("safetensors.trailing-data", new SafetensorsException(SafetensorsError.TrailingData, "f", "m").Kind);
    }
}
