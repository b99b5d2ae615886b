using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes;

namespace TaskVectors.Tests.Merging.Statistics;

/// <summary>How statistics become operands of a merge: what is checked, listed, recorded and made again.</summary>
public sealed class StatisticsOperandTests : IDisposable
{
    private readonly StatisticsSandbox _sandbox = new();
    private readonly Checkpoint _a;
    private readonly Checkpoint _b;
    private readonly Checkpoint _fisherA;
    private readonly Checkpoint _fisherB;
    private readonly Checkpoint _gramA;
    private readonly Checkpoint _gramB;

    public StatisticsOperandTests()
    {
        _a = _sandbox.Model("a", ("w", [2, 3], [1, 2, 3, 4, 5, 6]), ("v", [2], [1, 1]));
        _b = _sandbox.Model("b", ("w", [2, 3], [6, 5, 4, 3, 2, 1]), ("v", [2], [3, 3]));
        _fisherA = Fisher("fa", _a, 1);
        _fisherB = Fisher("fb", _b, 3);
        _gramA = _sandbox.Statistics("ga", StatisticsKind.Gram, _a, [("w", [3, 3], [2, 1, 0, 1, 2, 0, 0, 0, 1])]);
        _gramB = _sandbox.Statistics("gb", StatisticsKind.Gram, _b, [("w", [3, 3], [1, 0, 0, 0, 3, 1, 0, 1, 1])]);
    }

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Statistics_of_another_model_are_refused()
    {
        EditException error = PlanError("fisher", [_a, _b], [_fisherA, _fisherA]);
        Assert.Equal((EditError.StatisticsMismatch, ErrorCategory.BadInput), (error.Error, error.Category));
        Assert.Contains("another model than 'weighted(1*b)'", error.Message, StringComparison.Ordinal);
        Assert.Contains("somebody", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("fa.safetensors", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_another_kind_are_refused()
    {
        Assert.Contains("kind gram; fisher needs fisher", PlanError("fisher", [_a, _b], [_fisherA, _gramB]).Message, StringComparison.Ordinal);
        Assert.Contains("kind fisher; regmean needs gram", PlanError("regmean", [_a, _b], [_gramA, _fisherB]).Message, StringComparison.Ordinal);
        Assert.Contains("holds no statistics", PlanError("fisher", [_a, _b], [_fisherA, _b]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_another_shape_are_refused()
    {
        Checkpoint wrong = _sandbox.Statistics("wrong", StatisticsKind.Fisher, _b, [("w", [3, 2], [1, 1, 1, 1, 1, 1]), ("v", [2], [1, 1])]);
        Assert.Contains("[2, 3]", PlanError("fisher", [_a, _b], [_fisherA, wrong]).Message, StringComparison.Ordinal);
        Checkpoint small = _sandbox.Statistics("small", StatisticsKind.Gram, _b, [("w", [2, 2], [1, 0, 0, 1])]);
        Assert.Contains("[3, 3]", PlanError("regmean", [_a, _b], [_gramA, small]).Message, StringComparison.Ordinal);
        Checkpoint turned = _sandbox.Statistics("turned", StatisticsKind.Gram, _b, [("w", [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])], inputRows: "w");
        Assert.Contains("columns", PlanError("regmean", [_a, _b], [_gramA, turned]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_that_lack_what_others_have_are_refused()
    {
        Checkpoint partial = _sandbox.Statistics("partial", StatisticsKind.Fisher, _b, [("w", [2, 3], [1, 1, 1, 1, 1, 1])]);
        EditException error = PlanError("fisher", [_a, _b], [_fisherA, partial]);
        Assert.Equal("v", error.Tensor);
        Assert.Contains("partial", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_without_statistics_are_named_in_the_plan()
    {
        Checkpoint[] partial = [.. new[] { _a, _b }.Select((model, index) => _sandbox.Statistics($"p{index}", StatisticsKind.Fisher, model, [("w", [2, 3], [1, 1, 1, 1, 1, 1])]))];
        EditPlan plan = Plan("fisher", [_a, _b], partial);
        Assert.Contains(plan.Warnings, warning => warning.Contains("1 tensor", StringComparison.Ordinal) && warning.Contains('v', StringComparison.Ordinal));
    }

    [Fact]
    public void A_merge_without_statistics_for_each_model_is_refused()
    {
        MergeException error = Assert.Throws<MergeException>(() => MergeMethods.Find("fisher").MergeWithStatistics([_a, _b], [_fisherA], []));
        Assert.Equal(MergeError.WrongStatistics, error.Error);
        Assert.Equal(MergeError.WrongStatistics, Assert.Throws<MergeException>(() => MergeMethods.Find("regmean").Merge([_a, _b], new ConstantParameters([]))).Error);
    }

    [Theory]
    [InlineData("fb")]
    [InlineData("weighted(0.5*fb)")]
    [InlineData("fb + a - b")]
    [InlineData("a + fb - b")]
    [InlineData("fb - a")]
    [InlineData("a - fb")]
    [InlineData("linear(fb, a, weight: [1, 1])")]
    [InlineData("linear(a, fb, weight: [1, 1])")]
    [InlineData("fb + ties(a - fb, b - fb)")]
    [InlineData("a + ties(fb - a, b - a)")]
    [InlineData("fisher(fb, b, fa, fb)")]
    public void Statistics_do_not_pass_for_a_model(string expression)
    {
        ExpressionModels models = new ExpressionModels().AddMergeMethods().Add("a", _a).Add("b", _b).Add("fa", _fisherA).Add("fb", _fisherB);
        var parsed = EditExpression.Parse(expression, models);
        var target = new OutputTarget(_sandbox["out"]);
        TaskVectorsException error = Assert.ThrowsAny<TaskVectorsException>(
            () => parsed.Checkpoint is { } checkpoint ? EditPlanner.Plan(checkpoint, target, EditOptions.Default) : EditPlanner.Plan(parsed.TaskVector!, target, EditOptions.Default));
        EditException found = Assert.Single(error is AggregateEditException several ? several.Errors.OfType<EditException>() : [(EditException)error], each => each.Message.Contains("holds statistics of a model, not a model", StringComparison.Ordinal));
        Assert.Equal((EditError.StatisticsMismatch, ErrorCategory.BadInput, _sandbox["fb.safetensors"]), (found.Error, found.Category, found.File));
        Assert.Contains("Give the model itself, called 'somebody' then", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_an_edit_belong_to_that_edit()
    {
        Checkpoint edit = _a + (0.5 * (_b - _a));
        Checkpoint fisher = Fisher("fe", edit, 2);
        _ = Plan("fisher", [edit, _b], [fisher, _fisherB]);
        Assert.Contains("another model", PlanError("fisher", [_a + (0.4 * (_b - _a)), _b], [fisher, _fisherB]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fisher")]
    [InlineData("regmean")]
    public async Task Manifests_record_the_hashes_of_statistics_and_replay_checks_them(string method)
    {
        Checkpoint[] statistics = method == "fisher" ? [_fisherA, _fisherB] : [_gramA, _gramB];
        Manifest manifest = await MergeMethods.Find(method).MergeWithStatistics([_a, _b], statistics, []).SaveAsync(_sandbox["out"]);
        ManifestInput[] recorded = [.. manifest.Inputs.Where(input => input.Kind == "statistics")];
        Assert.Equal(2, recorded.Length);
        Assert.All(recorded, input => Assert.NotNull(input.Hash));
        Assert.All(recorded, input => Assert.Contains("w", input.Tensors.Keys));

        EditPlan plan = RecipeReplay.Plan(_sandbox["out"], new OutputTarget(_sandbox["again"]), EditOptions.Default);
        Manifest again = await EditExecutor.RunAsync(plan);
        Assert.Empty(ManifestReplay.Compare(manifest, again));

        // Small files: the fingerprint samples every byte.
        _ = method == "fisher" ? Fisher("fb", _b, 4) : _sandbox.Statistics("gb", StatisticsKind.Gram, _b, [("w", [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])]);
        EditException error = Assert.Throws<EditException>(() => RecipeReplay.Plan(_sandbox["out"], new OutputTarget(_sandbox["third"]), EditOptions.Default));
        Assert.Equal(EditError.InputChanged, error.Error);
    }

    [Fact]
    public async Task In_an_expression_statistics_come_after_the_models()
    {
        ExpressionModels models = new ExpressionModels().AddMergeMethods().Add("a", _a).Add("b", _b).Add("fa", _fisherA).Add("fb", _fisherB);
        Checkpoint parsed = await _sandbox.Save(EditExpression.Parse("fisher(a, b, fa, fb, weight: [1, 2])", models).Checkpoint!, "parsed.safetensors");

        // (1 * 1 * 1 + 2 * 3 * 6) / (1 * 1 + 2 * 3).
        Assert.Equal(37.0 / 7, TestModel.Values(parsed, "w")[0], 1e-14);
        Assert.Equal(MergeError.WrongStatistics, Assert.Throws<MergeException>(() => EditExpression.Parse("fisher(a, b, fa)", models)).Error);
    }

    [Fact]
    public async Task A_recipe_names_the_statistics_of_each_model_beside_itself()
    {
        File.WriteAllText(_sandbox["recipe.yml"], """
            merge_method: fisher
            models:
              - {model: a.safetensors, parameters: {statistics: fa.safetensors, weight: 1}}
              - {model: b.safetensors, parameters: {statistics: fb.safetensors, weight: [{filter: v, value: 5}, {value: 2}]}}
            dtype: float64
            """);
        var recipe = Recipe.Load(_sandbox["recipe.yml"], RecipeOptions.Default with { Roots = [_sandbox["."]] });
        Assert.Empty(recipe.Problems);
        EditPlan plan = recipe.Plan(new OutputTarget(_sandbox["merged"]), EditOptions.Default);
        Assert.Equal(["a", "b", "fa", "fb"], plan.Inputs.Where(input => !input.IsComputed).Select(input => input.Name).Order());
        Manifest manifest = await EditExecutor.RunAsync(plan);
        Checkpoint merged = Checkpoint.Open(_sandbox["merged"]);
        Assert.Equal(37.0 / 7, TestModel.Values(merged, "w")[0], 1e-14);
        Assert.Equal((1 + (5 * 3 * 3)) / 16.0, TestModel.Values(merged, "v")[0], 1e-14);
        Manifest again = await EditExecutor.RunAsync(RecipeReplay.Plan(_sandbox["merged"], new OutputTarget(_sandbox["again"]), EditOptions.Default));
        Assert.Empty(ManifestReplay.Compare(manifest, again));
    }

    [Theory]
    [InlineData("models: [{model: a.safetensors, parameters: {statistics: fa.safetensors}}, {model: b.safetensors}]", "needs 'statistics' for 'b")]
    [InlineData("models: [{model: a.safetensors, parameters: {statistics: fa.safetensors}}, {model: b.safetensors, parameters: {statistics: fc.safetensors}}]", "'fc.safetensors' is not found")]
    [InlineData("models: [{model: a.safetensors, parameters: {statistics: ../fa.safetensors}}, {model: b.safetensors, parameters: {statistics: fb.safetensors}}]", "outside the allowed root")]
    [InlineData("models: [{model: a.safetensors, parameters: {statistics: {filter: v, value: fa.safetensors}}}, {model: b.safetensors, parameters: {statistics: fb.safetensors}}]", "no filter matches")]
    [InlineData("models: [{model: a.safetensors, parameters: {statistics: {value: fa.safetensors}}}, {model: b.safetensors, parameters: {statistics: fb.safetensors}}]", "without filters")]
    public void A_recipe_with_wrong_statistics_says_where(string models, string hint)
    {
        File.WriteAllText(_sandbox["recipe.yml"], $"merge_method: fisher\n{models}\n");
        var recipe = Recipe.Load(_sandbox["recipe.yml"], RecipeOptions.Default with { Roots = [_sandbox["."]] });
        RecipeProblem problem = Assert.Single(recipe.Problems, problem => problem.Severity == RecipeSeverity.Error);
        Assert.Contains(hint, problem.Message, StringComparison.Ordinal);
        Assert.Equal(2, problem.Line);
    }

    private Checkpoint Fisher(string name, Checkpoint model, double value) =>
        _sandbox.Statistics(name, StatisticsKind.Fisher, model, [("w", [2, 3], [.. Enumerable.Repeat(value, 6)]), ("v", [2], [value, value])]);

    private EditPlan Plan(string method, Checkpoint[] models, Checkpoint[] statistics) =>
        EditPlanner.Plan(MergeMethods.Find(method).MergeWithStatistics(models, statistics, []), new OutputTarget(_sandbox["out"]), EditOptions.Default);

    private EditException PlanError(string method, Checkpoint[] models, Checkpoint[] statistics) =>
        Assert.IsType<EditException>(Assert.ThrowsAny<TaskVectorsException>(() => Plan(method, models, statistics)));
}
