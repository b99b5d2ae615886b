using System.Text.Json.Serialization;
using TaskVectors.Execution.Outputs;

namespace TaskVectors.Execution.Manifests;

/// <summary>The JSON of journals and manifests, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(TensorRecord))]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ExecutionJson : JsonSerializerContext;
