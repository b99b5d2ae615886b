using System.Collections.Immutable;

namespace TaskVectors.Recipes.Grammar;

/// <summary>
/// The grammar of recipes, declared once: what binding accepts, what the JSON schema says and what the guide lists.
/// </summary>
internal static class RecipeGrammar
{
    /// <summary>The beginning of top-level keys that are free for anchors and notes.</summary>
    public const string FreePrefix = "x-";

    /// <summary>The keys of a document that may be null, which is as if they were left out.</summary>
    public static readonly ImmutableArray<string> OptionalKeys = ["base_model", "dtype", "out_dtype", "tokenizer", "tokenizer_source", "chat_template"];

    private static readonly RecipeType Text = new RecipeType.Text();

    private static readonly RecipeType Model = new RecipeType.Model();

    private static readonly RecipeType Parameters = new RecipeType.Parameters();

    private static readonly RecipeType FloatType = new RecipeType.Word([.. RecipeDTypes.Names]);

    public static readonly RecipeObject ModelEntry = new("model", "An entry of models",
    [
        new("model", Model, "The checkpoint: a file or folder, relative to the recipe first and to the current folder then; PATH+ADAPTER adds an adapter, the name of an earlier document takes its result."),
        new("name", Text, "The name that expressions, coefficients and reports use; without it, the name of the file or folder.", IsOwn: true),
        new("parameters", Parameters, "Parameters of the merge method for this model; they win over those of the slice, the module and the document."),
    ]);

    public static readonly RecipeObject ModelReference = new("model_reference", "A model written out",
    [
        new("model", new RecipeType.Any([Text, new RecipeType.Object("model_path")]), "The checkpoint."),
        new("lora", new RecipeType.Any([Text, new RecipeType.Object("model_path")]), "An adapter that is added to it."),
        new("override_architecture", Text, "Changes nothing: layers are found by the names of tensors."),
    ]);

    public static readonly RecipeObject ModelPath = new("model_path", "A path written out",
    [
        new("path", Text, "The file or folder."),
        new("revision", Text, "The version on a hub; that of a folder is not looked at."),
    ]);

    public static readonly RecipeObject SliceSource = new("source", "A source of a slice",
    [
        new("model", Model, "The checkpoint, as in models."),
        new("layer_range", new RecipeType.List(new RecipeType.Integer(), 2), "The layers taken from it: [first, end), the end excluded."),
        new("parameters", Parameters, "Parameters of the merge method for this source."),
    ]);

    public static readonly RecipeObject Slice = new("slice", "A slice",
    [
        new("sources", new RecipeType.List(new RecipeType.Object("source")), "What the layers of this slice are merged from: ranges of equal length."),
        new("base_model", Model, "The base of this slice, where it is not that of the document."),
        new("parameters", Parameters, "Parameters of the merge method for the layers of this slice."),
    ]);

    public static readonly RecipeObject Module = new("module", "A module",
    [
        new("models", new RecipeType.List(new RecipeType.Object("model")), "The models that are merged whole."),
        new("slices", new RecipeType.List(new RecipeType.Object("slice")), "The slices that are stacked."),
        new("parameters", Parameters, "Parameters of the merge method for this module."),
    ]);

    public static readonly RecipeObject Filter = new("filter", "A filter entry",
    [
        new("filter", Text, "Part of the names of the tensors that take the value; without it, or with '*', every tensor."),
        new("value", new RecipeType.Setting(), "The value of those tensors: a scalar or a gradient."),
    ]);

    public static readonly RecipeObject TokenSource = new("token_source", "A token's source",
    [
        new("kind", new RecipeType.Word(["zero", "model_token"]), "zero: a row of zeros; model_token: the row of a token of a model."),
        new("model", Model, "The model whose row is taken."),
        new("token", Text, "The token whose row is taken."),
        new("token_id", new RecipeType.Integer(), "The row that is taken, by number."),
    ]);

    public static readonly RecipeObject Token = new("token", "A token",
    [
        new("source", new RecipeType.Any([Model, new RecipeType.Object("token_source")]), "Where models that lack the token take its row from: a model, a row of zeros, or another token; without it, from where they would anyway."),
        new("force", new RecipeType.Truth(), "Whether models that have the token take the source's row too. Default: false."),
    ]);

    public static readonly RecipeObject Tokenizer = new("tokenizer", "The tokenizer",
    [
        new("source", new RecipeType.Any([new RecipeType.Word(["union", "base"]), Model]), "Whose vocabulary the result has: union of all, base, or one model's. Default: union."),
        new("tokens", new RecipeType.Map(new RecipeType.Object("token")), "Where the rows of single tokens come from; tokens that no model has are added."),
        new("pad_to_multiple_of", new RecipeType.Integer(), "Rows are added to the embeddings until their number is a multiple of this."),
        new("keep_padding", new RecipeType.Truth(), "Whether rows after the last token stay: as many as the model has that gives the vocabulary. Default: false.", IsOwn: true),
    ]);

    public static readonly RecipeObject Components = new("components", "The components",
    [
        new("shared", new RecipeType.Setting(), "The coefficient of the shared components. Default: 1/T, which counts what T tasks share once.", IsOwn: true),
        new("unique", new RecipeType.Setting(), "The coefficient of the unique components. Default: 1.", IsOwn: true),
    ]);

    public static readonly RecipeObject Document = new("recipe", "The recipe",
    [
        new("name", Text, "The name under which later documents use the result of this one."),
        new("merge_method", Text, "The merge method; 'taskvec methods' lists them."),
        new("base_model", Model, "The pre-trained checkpoint that task vectors are relative to; config and tokenizer come from it, else from the first model."),
        new("models", new RecipeType.List(new RecipeType.Object("model")), "The models that are merged whole."),
        new("slices", new RecipeType.List(new RecipeType.Object("slice")), "Ranges of layers that are stacked; exactly one of models, slices and modules is given."),
        new("modules", new RecipeType.Map(new RecipeType.Object("module")), "Parts of the models that are merged by themselves, such as text_decoder and vision_tower, or encoder and decoder; 'default' takes what no other holds."),
        new("parameters", Parameters, "Parameters of the merge method for everything."),
        new("dtype", FloatType, "The dtype of the result."),
        new("out_dtype", FloatType, "The dtype that is written, where it is not dtype; arithmetic is never narrower than F32, so the result is rounded once, to this."),
        new("tokenizer_source", new RecipeType.Any([new RecipeType.Word(["union", "base"]), Model]), "Short for tokenizer: {source: ...}."),
        new("tokenizer", new RecipeType.Object("tokenizer"), "How vocabularies that differ are joined."),
        new("chat_template", Text, "The chat template: auto (the most frequent among the models), the name of a known one, or the template as text."),
        new("expression", Text, "An edit expression over the models' names, in place of a merge method.", IsOwn: true),
        new("coefficients", new RecipeType.Map(new RecipeType.Setting()), "The coefficient of the task vector of every model, by name, in place of a merge method: base + sum_i c_i (model_i - base).", IsOwn: true),
        new("decompose", Parameters, "Merges the decomposed task vectors, in place of a merge method; takes the parameters of the method decomposed.", IsOwn: true),
        new("components", new RecipeType.Object("components"), "The coefficients of the shared and unique components of decompose.", IsOwn: true),
    ]);

    /// <summary>Every mapping of the grammar; the first is a document.</summary>
    public static ImmutableArray<RecipeObject> Objects { get; } = [Document, ModelEntry, ModelReference, ModelPath, Slice, SliceSource, Module, Filter, Tokenizer, Token, TokenSource, Components];
}
