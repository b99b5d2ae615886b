using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models;

/// <summary>
/// An architecture with weights. Its parameters have the names of the checkpoint's tensors. Like its context, a model is for one thread
/// at a time.
/// </summary>
public abstract class Model : IDisposable
{
    /// <summary>The label that does not count.</summary>
    private protected const int IgnoredLabel = -100;

    private protected Model(ComputeContext context, string architecture)
    {
        Context = context;
        Architecture = architecture;
    }

    /// <summary>Where the model runs.</summary>
    public ComputeContext Context { get; }

    /// <summary>The name of the architecture, as <c>config.json</c> has it.</summary>
    public string Architecture { get; }

    /// <summary>The parameters, by the names of the checkpoint. Tied weights are one parameter.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters { get; private set; } = new Dictionary<string, Tensor>();

    /// <summary>The checkpoint's tensors that the architecture does not have; buffers such as <c>position_ids</c> are not counted.</summary>
    public IReadOnlyList<string> UnexpectedTensors { get; private set; } = [];

    /// <summary>Runs the model. The outputs belong to the scope that is open.</summary>
    /// <param name="inputs">What to run it on.</param>
    /// <exception cref="ModelException">An input is missing or does not fit the model.</exception>
    public abstract ModelOutputs Run(ModelInputs inputs);

    /// <summary>Chooses which parameters are differentiated by.</summary>
    /// <param name="chooses">Told a parameter's name; all are chosen when absent.</param>
    public void RequireGradients(Func<string, bool>? chooses = null)
    {
        foreach ((string name, Tensor parameter) in Parameters)
        {
            parameter.RequiresGradient = chooses is null || chooses(name);
        }
    }

    /// <summary>Gives the memory of the parameters back.</summary>
    public void Dispose()
    {
        foreach (Tensor parameter in Parameters.Values)
        {
            parameter.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    internal void Complete(IReadOnlyDictionary<string, Tensor> parameters, IReadOnlyList<string> unexpected)
    {
        Parameters = parameters;
        UnexpectedTensors = unexpected;
    }

    /// <summary>Runs one block. Without a tape, all that the block made but its result is released, and its input too where nobody asked for it.</summary>
    private protected Tensor RunBlock(Tensor x, bool keepsInput, Func<Tensor, Tensor> block)
    {
        Tensor y;
        using (TensorScope scope = Context.BeginBlock())
        {
            y = scope.Keep(block(x));
        }

        if (!Context.IsRecording && !keepsInput)
        {
            x.Dispose();
        }

        return y;
    }

    /// <summary>Whole numbers 0, 1, ... for each row of a batch, from a start.</summary>
    private protected static IndexTensor Sequence(int batch, int count, int start = 0)
    {
        int[] positions = new int[batch * count];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = start + (i % count);
        }

        return new IndexTensor(positions, batch, count);
    }

    /// <summary>The mean cross-entropy against labels, which are checked.</summary>
    private protected static Tensor LossOf(Tensor logits, IndexTensor labels)
    {
        int classes = logits.Size(-1);
        if (labels.Count != logits.Count / classes)
        {
            throw InvalidInput("labels", $"labels of shape {labels.Shape} do not fit logits of shape {logits.Shape}.");
        }

        foreach (int label in labels.Values)
        {
            if (label != IgnoredLabel && (uint)label >= (uint)classes)
            {
                throw InvalidInput("labels", $"labels hold {label}; they lie between 0 and {classes - 1}, or are {IgnoredLabel} where none counts.");
            }
        }

        return logits.CrossEntropy(labels, IgnoredLabel);
    }

    private protected static ModelException InvalidInput(string tensor, string message) => new(ModelError.InvalidInput, message) { Tensor = tensor };

    private protected static void RequireIds(string name, IndexTensor ids, int limit)
    {
        foreach (int id in ids.Values)
        {
            if ((uint)id >= (uint)limit)
            {
                throw InvalidInput(name, $"{name} holds {id}; the model's table has {limit} rows, so numbers lie between 0 and {limit - 1}.");
            }
        }
    }
}
