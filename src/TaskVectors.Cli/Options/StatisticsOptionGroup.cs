using System.CommandLine;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Models.Statistics;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Options;

/// <summary>Which statistics are made, of how many examples.</summary>
internal sealed class StatisticsOptionGroup
{
    private readonly Option<StatisticsKind?> _kind = OptionFactory.Word<StatisticsKind>("--kind", "What for: fisher for the method fisher, gram for regmean.");
    private readonly Option<int?> _examples = new("--examples") { HelpName = "NUMBER", Description = "At most so many examples, chosen at random by the seed. Default: 1000." };
    private readonly Option<FisherLabels?> _outcomes = OptionFactory.Word<FisherLabels>(
        "--outcomes", "Fisher: the expectation over what the model predicts, a draw of it, or the labels of the data. Default: expected for up to 16 classes, else sampled.");

    private readonly Option<DType?> _dtype = OptionFactory.FloatType("--dtype", "The dtype that is written. Default: f32.");
    private readonly Option<long?> _memory = OptionFactory.Size("--memory", "Memory for the sums; more passes over the examples where it is less than all of them. Default: 2GiB.");

    public void AddTo(Command command)
    {
        _kind.Required = true;
        command.Add(_kind);
        command.Add(_examples);
        command.Add(_outcomes);
        command.Add(_dtype);
        command.Add(_memory);
    }

    public StatisticsKind Kind(ParseResult parsed) => parsed.GetValue(_kind)!.Value;

    public StatisticsOptions Bind(ParseResult parsed, ulong seed)
    {
        var defaults = new StatisticsOptions();
        return parsed.GetValue(_outcomes) is not null && Kind(parsed) != StatisticsKind.Fisher
            ? throw new UsageException("--outcomes is of Fisher information; Gram matrices look at no label.")
            : defaults with
            {
                MaximumExamples = OptionFactory.AtLeastOne(parsed, _examples) ?? defaults.MaximumExamples,
                Seed = seed,
                Labels = parsed.GetValue(_outcomes),
                DType = parsed.GetValue(_dtype) ?? defaults.DType,
                Memory = parsed.GetValue(_memory) is < 1 ? throw new UsageException("--memory is at least 1 byte.") : parsed.GetValue(_memory) ?? defaults.Memory,
            };
    }
}
