using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Companions;

/// <summary>The files that go along with the result of a recipe: those of the model it is made like, brought up to date, and a model card.</summary>
internal sealed class RecipeCompanions(Recipe recipe, EditPlan plan)
{
    private DocumentPlan Result => recipe.Result;

    /// <summary>The files, the card last.</summary>
    public IEnumerable<CompanionFile> Files()
    {
        // What lies beside a single file belongs to it only where the folder is a model's.
        bool isModelFolder = Result.Anchor.Folder is { } place && File.Exists(Path.Combine(place, ModelConfig.FileName));
        IEnumerable<CompanionFile> found = isModelFolder ? CompanionFiles.Find(Result.Anchor.Folder!) : [];
        IEnumerable<CompanionFile> adjusted = found.Select(file => file.RelativePath == ModelConfig.FileName ? ConfigFile.Adjust(file, Result, WrittenDType()) : file);
        foreach (CompanionFile file in Result.Tokenizer?.Replace(adjusted) ?? adjusted)
        {
            yield return file;
        }

        byte[] card = new ModelCard(recipe, plan.Options).Encode();
        yield return new CompanionFile(recipe.Path, ModelCard.FileName, card.Length) { Content = card };
    }

    private DType? WrittenDType() => plan.Options.OutputDType ?? plan.Tensors
        .Select(tensor => tensor.Output)
        .Where(tensor => tensor.DType.IsArithmetic())
        .GroupBy(tensor => tensor.DType)
        .OrderByDescending(group => group.Sum(tensor => tensor.ByteCount))
        .Select(group => (DType?)group.Key)
        .FirstOrDefault();
}
