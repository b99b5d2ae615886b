using System.Text;
using System.Text.Json;
using TaskVectors.Checkpoints;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training;

/// <summary>
/// The log of a run: one JSON object a line and step, with <c>step</c>, <c>loss</c>, <c>learning_rate</c>, <c>gradient_norm</c>, <c>seconds</c>
/// (since the process began or resumed the run) and, where the model was measured after the step, <c>validation</c>: an object of metrics.
/// </summary>
internal sealed class TrainingLog : IDisposable
{
    private readonly string _path;
    private readonly StreamWriter _writer;

    /// <summary>Opens a log; of an earlier run's lines those up to a step are kept.</summary>
    public TrainingLog(string path, int resumedAt)
    {
        _path = path;
        try
        {
            string[] kept = resumedAt > 0 && File.Exists(path) ? [.. File.ReadLines(path).Take(resumedAt)] : [];
            _writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
            foreach (string line in kept)
            {
                _writer.WriteLine(line);
            }

            _writer.Flush();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(error);
        }
    }

    public void Add(TrainingProgress progress)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteNumber("step", progress.Step);
            json.WriteNumber("loss", progress.Loss);
            json.WriteNumber("learning_rate", progress.LearningRate);
            json.WriteNumber("gradient_norm", progress.GradientNorm);
            json.WriteNumber("seconds", Math.Round(progress.Elapsed.TotalSeconds, 3));
            if (progress.Validation is { } validation)
            {
                json.WriteStartObject("validation");
                foreach (Metric metric in validation.Metrics)
                {
                    json.WriteNumber(metric.Name, metric.Value);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        try
        {
            _writer.WriteLine(Encoding.UTF8.GetString(line.ToArray()));
            _writer.Flush();
        }
        catch (IOException error)
        {
            throw Failed(error);
        }
    }

    public void Dispose() => _writer.Dispose();

    private StorageException Failed(Exception error) => new(_path, $"{_path} cannot be written: {error.Message}", error);
}
