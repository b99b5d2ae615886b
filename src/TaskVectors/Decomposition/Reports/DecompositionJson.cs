using System.Text.Json.Serialization;
using TaskVectors.Decomposition.Parts;

namespace TaskVectors.Decomposition.Reports;

/// <summary>The JSON of reports and journals, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DecompositionReport))]
[JsonSerializable(typeof(FinishedTensor))]
internal sealed partial class DecompositionJson : JsonSerializerContext;
