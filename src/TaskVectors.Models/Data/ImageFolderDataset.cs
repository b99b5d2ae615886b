using TaskVectors.Models.Data.Images;

namespace TaskVectors.Models.Data;

/// <summary>Pictures in folders that are named by their classes. Classes and files are in the order of their names' bytes.</summary>
public sealed class ImageFolderDataset : IImageDataset
{
    private readonly List<(string File, int Label)> _examples;

    private ImageFolderDataset(List<(string File, int Label)> examples, IReadOnlyList<string> classNames)
    {
        _examples = examples;
        ClassNames = classNames;
    }

    /// <inheritdoc/>
    public int Count => _examples.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Opens a folder; pictures are read later.</summary>
    /// <exception cref="DataException">It is missing, or a class has no picture.</exception>
    public static ImageFolderDataset Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw DataException.About(folder, "data.missing", "there is no such folder. Check the path.");
        }

        string[] names = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            throw DataException.About(folder, "data.empty", "it has no folders; a folder for each class, with pictures in it, is wanted.");
        }

        var examples = new List<(string, int)>();
        for (int label = 0; label < names.Length; label++)
        {
            string[] files = [.. Directory.GetFiles(Path.Combine(folder, names[label])).Where(IsPicture).Order(StringComparer.Ordinal)];
            if (files.Length == 0)
            {
                throw DataException.About(Path.Combine(folder, names[label]), "data.empty", "it has no pictures (.png, .jpg, .jpeg). Add some, or remove it.");
            }

            int current = label;
            examples.AddRange(files.Select(file => (file, current)));
        }

        return new ImageFolderDataset(examples, names);
    }

    /// <summary>The file of an example.</summary>
    public string FileOf(int index) => _examples[index].File;

    /// <inheritdoc/>
    public int LabelOf(int index) => _examples[index].Label;

    /// <inheritdoc/>
    public PixelImage ImageOf(int index) => ImageFile.Read(_examples[index].File);

    private static bool IsPicture(string file) => ImageFile.Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);
}
