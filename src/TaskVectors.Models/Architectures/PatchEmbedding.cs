using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>What a vision transformer makes of an image first: [class token; W patches + b] + positions.</summary>
/// <remarks>Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021, equation 1.</remarks>
/// <param name="context">Where the model runs.</param>
/// <param name="sizes">How images become patches.</param>
/// <param name="classToken">[..., width].</param>
/// <param name="positions">[..., 1 + patches, width].</param>
/// <param name="weight">W: [width, channels, patch, patch].</param>
/// <param name="bias">b: [width], or null.</param>
internal sealed class PatchEmbedding(ComputeContext context, PatchSizes sizes, Tensor classToken, Tensor positions, Tensor weight, Tensor? bias = null)
{
    /// <summary>The states of images.</summary>
    /// <param name="pixels">[batch, channels, size, size].</param>
    /// <returns>[batch, 1 + patches, width].</returns>
    /// <exception cref="ModelException">The images have another size.</exception>
    public Tensor Apply(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 4 || pixels.Size(1) != sizes.Channels || pixels.Size(2) != sizes.Image || pixels.Size(3) != sizes.Image)
        {
            throw new ModelException(
                ModelError.InvalidInput,
                $"The model takes images of {sizes.Channels} x {sizes.Image} x {sizes.Image}, not pixel_values of shape {pixels.Shape}; resize them first.")
            {
                Tensor = "pixel_values",
            };
        }

        int width = weight.Size(0);
        Tensor patches = pixels.Patches(sizes.Patch).Linear(weight.Reshape(width, -1), bias);
        Tensor first = context.Zeros(pixels.Size(0), 1, width).Add(classToken);
        return ShapeOperations.Concatenate(1, first, patches).Add(positions);
    }

    /// <summary>The vector of the class token: the first of each image's.</summary>
    /// <param name="states">[batch, 1 + patches, width].</param>
    /// <returns>[batch, width].</returns>
    public static Tensor ClassToken(Tensor states) => states.Slice(1, 0, 1).Reshape(states.Size(0), states.Size(2));
}
