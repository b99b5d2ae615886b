using System.CommandLine;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Options;

/// <summary>The options of every command that plans an edit.</summary>
internal sealed class EditOptionGroup
{
    private readonly OutputOptionGroup _output = new();
    private readonly Option<DType?> _dtype = OptionFactory.FloatType(
        "--dtype", "Element type to write: f32, bf16, f16, f64 or an f8 kind. Default: that of the base; f32 for a task vector.");

    private readonly Option<Rounding?> _rounding = OptionFactory.Word<Rounding>(
        "--rounding",
        "How results are rounded. Default: nearest. stochastic is unbiased, for edits smaller than the type's spacing.");

    private readonly Option<ulong?> _seed = new("--seed") { Description = "Seed of methods that draw random numbers, and of stochastic rounding. Default: 0.", HelpName = "NUMBER" };
    private readonly Option<MissingTensors?> _missing = OptionFactory.Word<MissingTensors>(
        "--missing", "Tensors that a model lacks or has on top. Default: error. base keeps the base's.");

    private readonly Option<NaNPolicy?> _nan = OptionFactory.Word<NaNPolicy>(
        "--nan", "Weights that are NaN. Default: error. keep writes and counts them.");

    private readonly Option<bool> _anyBase = new("--any-base")
    {
        Description = "Apply a stored task vector to another base than the one it was made from.",
    };

    private readonly FilterOptionGroup _filter = new("Tensors the edit may touch; all others keep the base's values.");
    private readonly Option<long?> _shardSize = OptionFactory.Size(
        "--shard-size", "Largest size of one weight file of a folder. Default: 5GB.");

    private readonly Option<DigestAlgorithm?> _hash = OptionFactory.Word<DigestAlgorithm>(
        "--hash", "Hash of tensors and files in the manifest. Default: xxh128. sha256 is cryptographic, and slower.");

    public void AddTo(Command command)
    {
        _output.AddTo(command);
        command.Add(_dtype);
        command.Add(_rounding);
        command.Add(_seed);
        command.Add(_missing);
        command.Add(_nan);
        command.Add(_anyBase);
        _filter.AddTo(command);
        command.Add(_shardSize);
        command.Add(_hash);
    }

    public OutputTarget Target(ParseResult parsed) => _output.Target(parsed);

    public bool IsDryRun(ParseResult parsed) => _output.IsDryRun(parsed);

    public EditOptions Bind(ParseResult parsed)
    {
        EditOptions options = _output.Bind(parsed);
        return options with
        {
            OutputDType = parsed.GetValue(_dtype),
            Rounding = parsed.GetValue(_rounding) ?? options.Rounding,
            Seed = parsed.GetValue(_seed) ?? options.Seed,
            Missing = parsed.GetValue(_missing) ?? options.Missing,
            NaN = parsed.GetValue(_nan) ?? options.NaN,
            AnyBase = parsed.GetValue(_anyBase),
            Filter = _filter.Bind(parsed),
            ShardSize = parsed.GetValue(_shardSize) ?? options.ShardSize,
            Digest = parsed.GetValue(_hash) ?? options.Digest,
        };
    }
}
