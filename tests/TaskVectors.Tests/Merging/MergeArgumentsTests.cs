using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Tests.Merging;

public class MergeArgumentsTests
{
    private static readonly NumberParameter Weight = new("weight", "A weight.") { Default = 1, Minimum = 0, IsPerModel = true };

    public static TheoryData<string> Methods => [.. MergeMethods.All.Select(method => method.Name)];

    [Theory]
    [InlineData("alpa", "1", MergeError.UnknownParameter, "Did you mean 'alpha'?")]
    [InlineData("alpha", "much", MergeError.InvalidValue, "a number")]
    [InlineData("alpha", "NaN", MergeError.InvalidValue, "any finite number")]
    [InlineData("rank_fraction", "0", MergeError.InvalidValue, "(0, 1]")]
    [InlineData("rank_fraction", "1.5", MergeError.InvalidValue, "(0, 1]")]
    [InlineData("rank_cap", "some", MergeError.InvalidValue, "adapter, none")]
    public void A_wrong_setting_is_named_with_what_is_right(string parameter, string value, MergeError error, string hint)
    {
        MergeException found = Assert.Single(Errors("tsvm", 2, new MergeSetting(parameter, value)));
        Assert.Equal(error, found.Error);
        Assert.Contains(parameter, found.Message, StringComparison.Ordinal);
        Assert.Contains(hint, found.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.Usage, found.Category);
    }

    [Fact]
    public void All_that_is_wrong_is_reported_together() =>
        Assert.Equal(3, Errors("tsvc", 2, new("rank", "1"), new("rank_fraction", "7")).Count);

    [Fact]
    public void A_parameter_without_default_must_be_given()
    {
        MergeException error = Assert.Single(Errors("truncate", 1));
        Assert.Equal(MergeError.MissingParameter, error.Error);
        Assert.Contains("rank", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_for_one_vector_refuses_two_and_one_for_several_refuses_one()
    {
        Assert.Equal(MergeError.WrongVectorCount, Assert.Single(Errors("truncate", 2, new MergeSetting("rank", "1"))).Error);
        Assert.Equal(MergeError.WrongVectorCount, Assert.Single(Errors("decomposed", 1)).Error);
    }

    [Fact]
    public void A_parameter_given_twice_is_an_error() =>
        Assert.Equal(MergeError.RepeatedParameter, Assert.Single(Errors("tsvm", 2, new("alpha", "1"), new("alpha", "2"))).Error);

    [Fact]
    public void A_global_parameter_refuses_values_of_single_models() =>
        Assert.Equal(MergeError.NotPerModel, Assert.Single(Errors("tsvm", 2, new MergeSetting("alpha", "1", Vector: 1))).Error);

    [Fact]
    public void A_parameter_per_model_takes_a_common_value_and_exceptions()
    {
        var method = new WeightedMethod();
        var arguments = MergeArguments.Bind(method, 3, [new("weight", "0.5"), new("weight", "2", Vector: 1)], out IReadOnlyList<MergeException> errors);
        Assert.Empty(errors);
        Assert.Equal([0.5, 2, 0.5], Enumerable.Range(0, 3).Select(vector => arguments.Get(Weight, vector)));
        Assert.Equal("weight: [0.5, 2, 0.5]", arguments.ToString());
        _ = MergeArguments.Bind(method, 2, [new("weight", "1", Vector: 2)], out errors);
        Assert.Equal(MergeError.InvalidValue, Assert.Single(errors).Error);
    }

    [Fact]
    public void Defaults_that_depend_on_the_number_of_vectors_do()
    {
        var arguments = MergeArguments.Bind(MergeMethods.Find("tsvm"), 4, [], out _);
        Assert.Contains("rank_fraction: 0.25", arguments.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Defaults_read_back_from_their_text(string name)
    {
        foreach (MergeParameter parameter in MergeMethods.Find(name).Parameters.Where(parameter => !parameter.IsRequired))
        {
            object value = Assert.IsAssignableFrom<object>(parameter.DefaultFor(3));
            Assert.Equal(parameter.Write(value), parameter.Write(parameter.Read(parameter.Write(value).Trim('"'))!));
        }
    }

    [Fact]
    public void A_method_is_found_by_its_name_and_a_near_one_is_suggested()
    {
        Assert.Equal("tsvm_lossless", MergeMethods.Find("TSVM-Lossless").Name);
        MergeException error = Assert.Throws<MergeException>(() => MergeMethods.Find("iso_d"));
        Assert.Contains("Did you mean 'iso_c'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_methods_and_parameters_are_plain_and_distinct()
    {
        Assert.Equal(MergeMethods.All.Count, MergeMethods.All.Select(method => method.Name).Distinct().Count());
        Assert.All(MergeMethods.All, method => Assert.Equal(method.Parameters.Count, method.Parameters.Select(parameter => parameter.Name).Distinct().Count()));
        Assert.All(MergeMethods.All.SelectMany(method => method.Parameters), parameter => Assert.Matches("^[a-z][a-z0-9_]*$", parameter.Name));
    }

    private static IReadOnlyList<MergeException> Errors(string method, int vectors, params MergeSetting[] settings)
    {
        _ = MergeArguments.Bind(MergeMethods.Find(method), vectors, settings, out IReadOnlyList<MergeException> errors);
        return errors;
    }

    private sealed class WeightedMethod : IMergeMethod
    {
        public string Name => "weighted_method";

        public string Summary => "";

        public string Formula => "";

        public string Source => "";

        public IReadOnlyList<MergeParameter> Parameters => [Weight];

        public MergeKernel CreateKernel(MergeArguments arguments) => throw new NotSupportedException();
    }
}
