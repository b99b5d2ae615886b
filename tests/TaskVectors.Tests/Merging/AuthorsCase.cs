using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>A merge computed by a paper's authors' code: inputs as checkpoints on disk, parameters, expected values and tolerance.</summary>
internal sealed class AuthorsCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly JsonDocument _description;

    private readonly string[] _leftOut;

    /// <param name="name">The name of the case.</param>
    /// <param name="area">The folder it lies in.</param>
    /// <param name="leftOut">Tensors that the models are written without.</param>
    public AuthorsCase(string name, string area = "spectral", params string[] leftOut)
    {
        _leftOut = leftOut;
        _description = JsonDocument.Parse(File.ReadAllText(GoldenPath.Of(area, name, "case.json")));
        Inputs = Checkpoint.FromSource(new SafetensorsFormat().Open(GoldenPath.Of(area, name, "inputs.safetensors")));
        Expected = Checkpoint.Open(GoldenPath.Of(area, name, "expected.safetensors"));
        Write("base");
        for (int task = 0; task < TaskCount; task++)
        {
            Write($"task{task}");
        }
    }

    /// <summary>The stored inputs, with draws where there are any.</summary>
    public Checkpoint Inputs { get; }

    public Checkpoint Expected { get; }

    public string Method => _description.RootElement.GetProperty("method").GetString()!;

    public int TaskCount => _description.RootElement.GetProperty("tasks").GetInt32();

    public JsonElement Parameters => _description.RootElement.GetProperty("parameters");

    public double Tolerance => _description.RootElement.GetProperty("tolerance").GetProperty("float64").GetDouble();

    public string this[string model] => _folder[model + ".safetensors"];

    public double Number(string parameter) => Parameters.GetProperty(parameter).GetDouble();

    public TaskVector Vector(int task) => Checkpoint.Open(this[$"task{task}"]) - Checkpoint.Open(this["base"]);

    public static string Task(int task) => $"task{task} - base";

    /// <summary>Saves what an expression stands for in F64.</summary>
    public async Task<Checkpoint> SaveAsync(string expression, EditOptions? options = null, string output = "out.safetensors")
    {
        var edit = EditExpression.Parse(expression, Models());
        EditOptions settings = (options ?? EditOptions.Default) with { OutputDType = DType.F64, AnyBase = true };
        _ = edit.Checkpoint is { } checkpoint
            ? await checkpoint.SaveAsync(_folder[output], settings)
            : await edit.TaskVector!.SaveAsync(_folder[output], settings);
        return Checkpoint.Open(_folder[output]);
    }

    public ExpressionModels Models()
    {
        ExpressionModels models = new ExpressionModels().AddMergeMethods().Add("base", Checkpoint.Open(this["base"]));
        return Enumerable.Range(0, TaskCount).Aggregate(models, (known, task) => known.Add($"task{task}", Checkpoint.Open(this[$"task{task}"])));
    }

    /// <summary>Demands agreement of every expected tensor under a prefix: max|got - expected| against max|expected|.</summary>
    public void RequireAgreement(Checkpoint actual, string prefix)
    {
        int compared = 0;
        foreach (TensorInfo tensor in Expected.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string name = tensor.Name[prefix.Length..];
            if (_leftOut.Contains(name))
            {
                continue;
            }

            if (!tensor.DType.IsArithmetic())
            {
                Assert.Equal(TestModel.Bytes(Expected, tensor.Name), TestModel.Bytes(actual, name));
                continue;
            }

            double[] wanted = TestModel.Values(Expected, tensor.Name);
            double[] got = actual.Base.TryGetTensor(name, out _) ? TestModel.Values(actual, name) : new double[wanted.Length];
            RequireClose(name, wanted, got);
            compared++;
        }

        Assert.NotEqual(0, compared);
    }

    public void RequireClose(string name, double[] wanted, double[] got) => Agreement.Require(name, wanted, got, Tolerance);

    /// <summary>The expected tensors under a prefix as a checkpoint.</summary>
    public Checkpoint ExpectedModel(string prefix)
    {
        string path = this[prefix.Replace('/', '-')];
        SafetensorsFile.Write(path, Expected.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => (tensor with { Name = tensor.Name[prefix.Length..] }, (ReadOnlyMemory<byte>)TestModel.Bytes(Expected, tensor.Name))));
        return Checkpoint.Open(path);
    }

    public void Dispose()
    {
        _description.Dispose();
        _folder.Dispose();
    }

    // A task given as factors is stored as base + B A in F64.
    private void Write(string model)
    {
        string prefix = model + "/";
        var tensors = new List<(TensorInfo, ReadOnlyMemory<byte>)>();
        foreach (TensorInfo tensor in Inputs.Tensors.Where(tensor => tensor.Name.StartsWith("base/", StringComparison.Ordinal)))
        {
            string name = tensor.Name["base/".Length..];
            if (_leftOut.Contains(name))
            {
                continue;
            }

            if (!tensor.DType.IsArithmetic())
            {
                tensors.Add((tensor with { Name = name }, TestModel.Bytes(Inputs, tensor.Name)));
            }
            else if (Inputs.Base.TryGetTensor(prefix + name, out TensorInfo? own))
            {
                tensors.Add((own with { Name = name, DType = DType.F64 }, TestModel.Encode(DType.F64, TestModel.Values(Inputs, own.Name))));
            }
            else
            {
                double[] values = TestModel.Values(Inputs, tensor.Name);
                AddProduct(values, prefix + name[..^".weight".Length], (int)tensor.Shape[1]);
                tensors.Add((tensor with { Name = name, DType = DType.F64 }, TestModel.Encode(DType.F64, values)));
            }
        }

        SafetensorsFile.Write(this[model], tensors);
    }

    private void AddProduct(double[] values, string layer, int columns)
    {
        double[] a = TestModel.Values(Inputs, layer + ".lora_A.weight");
        double[] b = TestModel.Values(Inputs, layer + ".lora_B.weight");
        int rank = a.Length / columns;
        for (int element = 0; element < values.Length; element++)
        {
            values[element] += Enumerable.Range(0, rank).Sum(k => b[(element / columns * rank) + k] * a[(k * columns) + (element % columns)]);
        }
    }
}
