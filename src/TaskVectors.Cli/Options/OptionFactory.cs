using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Options;

/// <summary>Makes options of the kinds that commands share; what a value may be is said once, in the help and in the error.</summary>
internal static class OptionFactory
{
    /// <summary>One word of an enumeration, as <see cref="OptionNames"/> spells them.</summary>
    public static Option<T?> Word<T>(string name, string description)
        where T : struct, Enum
    {
        IReadOnlyList<string> words = OptionNames.All<T>();
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result => OptionNames.TryParse(result.Tokens[0].Value, out T value)
                ? value
                : Reject<T?>(result, $"{name} is one of {string.Join(", ", words)}"),
        };
        option.CompletionSources.Add([.. words]);
        return option;
    }

    /// <summary>A size in bytes, such as <c>2GiB</c>.</summary>
    public static Option<long?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result => ByteSize.TryParse(result.Tokens[0].Value, out long bytes)
            ? bytes
            : Reject<long?>(result, $"{name} is a size such as 512MiB, 2GB or 4096"),
    };

    /// <summary>An element type of floating-point tensors.</summary>
    public static Option<DType?> FloatType(string name, string description)
    {
        string[] known = [.. DTypes.All.Where(dtype => dtype.IsArithmetic()).Select(dtype => dtype.Name().ToLowerInvariant())];
        var option = new Option<DType?>(name)
        {
            Description = description,
            HelpName = "DTYPE",
            CustomParser = result => DTypes.TryParse(result.Tokens[0].Value.ToUpperInvariant(), out DType dtype) && dtype.IsArithmetic()
                ? dtype
                : Reject<DType?>(result, $"{name} is one of {string.Join(", ", known)}"),
        };
        option.CompletionSources.Add(known);
        return option;
    }

    /// <summary>A finite number.</summary>
    public static Option<double?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        CustomParser = result => TryParseNumber(result.Tokens[0].Value, out double number)
            ? number
            : Reject<double?>(result, $"{name} is a finite number such as 0.4"),
    };

    /// <summary>Finite numbers: the option is repeated, or lists them with commas.</summary>
    public static Option<IReadOnlyList<double>> Numbers(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => ParseNumbers(result, name),
    };

    /// <summary>Patterns of tensor names; the option is repeated.</summary>
    public static Option<IReadOnlyList<NamePattern>> Patterns(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "PATTERN",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => result.Tokens.Any(token => token.Value.Length == 0)
            ? Reject<IReadOnlyList<NamePattern>>(result, $"{name} is a pattern such as mlp or layers.*.weight, not empty text")
            : [.. result.Tokens.Select(token => new NamePattern(token.Value))],
    };

    /// <summary>The value of an option that counts something.</summary>
    /// <exception cref="UsageException">It is below 1.</exception>
    public static int? AtLeastOne(ParseResult parsed, Option<int?> option) =>
        parsed.GetValue(option) is < 1 ? throw new UsageException($"{option.Name} is at least 1.") : parsed.GetValue(option);

    private static List<double>? ParseNumbers(ArgumentResult result, string name)
    {
        var numbers = new List<double>();
        foreach (string text in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (!TryParseNumber(text, out double number))
            {
                return Reject<List<double>>(result, $"{name} takes finite numbers such as 0.4 or 0.4,0.3");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static bool TryParseNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static T? Reject<T>(ArgumentResult result, string expected)
    {
        result.AddError($"{expected}; got '{Printable.Of(string.Join(' ', result.Tokens.Select(token => token.Value)))}'.");
        return default;
    }
}
