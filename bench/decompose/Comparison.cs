using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks.Decompose;

/// <summary>Runs both sides in turn, each run in a process of its own, and prints tables of medians.</summary>
internal sealed class Comparison(Settings settings)
{
    private const double Fraction = 0.25;
    private const int Draws = 20;
    private const int Products = 9;

    private string OurOutput => Path.Combine(settings.Folder, "ours");

    private string TheirOutput => Path.Combine(settings.Folder, "torch");

    public async Task RunAsync(CancellationToken cancellation)
    {
        string[] parts = settings.Parts;
        if (parts.Any(part => part != "gemm"))
        {
            long start = Stopwatch.GetTimestamp();
            var set = VectorSet.Make(settings.Folder, settings.Layers, settings.Tasks);
            Table.Print($"{settings.Layers} layers of a ViT-B/32 ({set.Matrices.Length} matrices), {settings.Tasks} task vectors, {settings.Threads} threads on each side, medians of {settings.Runs} runs in turn; made in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
            await CompareSetAsync(set, [.. parts.Where(part => part != "gemm")], cancellation);
        }

        if (parts.Contains("gemm"))
        {
            await CompareProductsAsync(cancellation);
        }

        settings.Clean();
    }

    private async Task CompareSetAsync(VectorSet set, string[] parts, CancellationToken cancellation)
    {
        _ = Directory.CreateDirectory(OurOutput);
        _ = Directory.CreateDirectory(TheirOutput);
        Table.Print($"| what | ours s | torch s | torch / ours | difference | our peak RSS MiB | torch's | our kernel | torch's |");
        Table.Print($"|---|---|---|---|---|---|---|---|---|");
        foreach (string part in parts)
        {
            (string job, bool isExact) = part.EndsWith(".exact", StringComparison.Ordinal) ? (part[..^".exact".Length], true) : (part, false);
            List<DecomposeResult> ours = [];
            List<DecomposeResult> theirs = [];
            for (int run = 0; run < settings.Runs; run++)
            {
                ours.Add(await OursAsync([job, settings.Folder, "--exact", isExact.ToString(), "--out", OurOutput], cancellation));
                theirs.Add(await TheirsAsync([job, settings.Folder, isExact ? "F64" : "F32", "--out", TheirOutput], cancellation));
            }

            string difference = job == "decompose" ? Difference(ours[0].Findings, theirs[0].Findings) : Difference(set);
            double ratio = Table.Median([.. ours.Zip(theirs, (left, right) => right.Seconds / left.Seconds)]);
            string label = isExact ? $"{job}, exact, torch in F64" : job;
            Table.Print($"| {label} | {Seconds(ours):F2} | {Seconds(theirs):F2} | {ratio:F2} | {difference} | {Peak(ours)} | {Peak(theirs)} | {ours[0].Kernel} | {theirs[0].Kernel} |");
        }
    }

    private async Task CompareProductsAsync(CancellationToken cancellation)
    {
        string[] sizes = [.. settings.Sizes.Select(size => size.ToString(CultureInfo.InvariantCulture))];
        List<DecomposeResult> managed = [];
        List<DecomposeResult> native = [];
        List<DecomposeResult> theirs = [];
        for (int run = 0; run < settings.Runs; run++)
        {
            theirs.Add(await TheirsAsync(["gemm", .. sizes, "--runs", Products.ToString(CultureInfo.InvariantCulture)], cancellation));
            native.Add(await OursAsync(["gemm", .. sizes, "--runs", Products.ToString(CultureInfo.InvariantCulture)], cancellation, LinearAlgebraChoice.OpenBlas));
            managed.Add(await OursAsync(["gemm", .. sizes, "--runs", Products.ToString(CultureInfo.InvariantCulture)], cancellation, LinearAlgebraChoice.Managed));
        }

        Table.Print($"F32 products of square matrices, {settings.Threads} threads, medians of {settings.Runs} processes of {Products} products: {managed[0].Kernel}; {native[0].Kernel}; {theirs[0].Kernel}");
        Table.Print($"| size | torch GFLOP/s | openblas GFLOP/s | managed GFLOP/s | openblas / torch | managed / torch |");
        Table.Print($"|---|---|---|---|---|---|");
        foreach (int size in settings.Sizes)
        {
            double Rate(List<DecomposeResult> side) => 2e-9 * Math.Pow(size, 3) / Table.Median([.. side.Select(result => result.Times[size.ToString(CultureInfo.InvariantCulture)])]);
            Table.Print($"| {size} | {Rate(theirs):F0} | {Rate(native):F0} | {Rate(managed):F0} | {100 * Rate(native) / Rate(theirs):F0} % | {100 * Rate(managed) / Rate(theirs):F0} % |");
        }
    }

    // The worst of all matrices. Each side draws its own random subspaces, which moves the null test's limit by a direction or two.
    private static string Difference(Finding[] ours, Finding[] theirs)
    {
        double worst = ours.Zip(theirs, (left, right) => left.Fractions.Zip(right.Fractions, (a, b) => Math.Abs(a - b)).Max()).Max();
        int dimensions = ours.Zip(theirs, (left, right) => Math.Abs(left.Dimension - right.Dimension)).Max();
        return string.Create(CultureInfo.InvariantCulture, $"shared fractions {worst:G2}, dimensions {dimensions} (of {ours.Max(finding => finding.Dimension)})");
    }

    // ||ours - theirs||_F / ||theirs||_F over all matrices, and that of the worst one.
    private string Difference(VectorSet set)
    {
        (double Difference, double Norm)[] squares = [.. set.Matrices.Select(matrix => Squares(matrix.Name))];
        double whole = Math.Sqrt(squares.Sum(pair => pair.Difference) / squares.Sum(pair => pair.Norm));
        return string.Create(CultureInfo.InvariantCulture, $"{whole:G2}, worst matrix {Math.Sqrt(squares.Max(pair => pair.Difference / pair.Norm)):G2}");
    }

    private (double Difference, double Norm) Squares(string name)
    {
        ReadOnlySpan<double> ours = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(OurOutput, name + ".f64")));
        ReadOnlySpan<double> theirs = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(Path.Combine(TheirOutput, name + ".f64")));
        double difference = 0;
        double norm = 0;
        for (int index = 0; index < theirs.Length; index++)
        {
            difference += (ours[index] - theirs[index]) * (ours[index] - theirs[index]);
            norm += theirs[index] * theirs[index];
        }

        return (difference, norm);
    }

    private Task<DecomposeResult> OursAsync(string[] arguments, CancellationToken cancellation, LinearAlgebraChoice? choice = null) =>
        SideProcess.OursAsync<DecomposeResult>([.. arguments, .. OptionsOf(arguments[0]), .. settings.ThreadArguments, "--linear-algebra", (choice ?? settings.LinearAlgebra).ToString()], cancellation);

    private Task<DecomposeResult> TheirsAsync(string[] arguments, CancellationToken cancellation) =>
        SideProcess.TheirsAsync<DecomposeResult>(settings.Python, [.. arguments, .. OptionsOf(arguments[0]), .. settings.ThreadArguments], cancellation);

    private static string[] OptionsOf(string job) => job == "decompose" ? ["--fraction", Fraction.ToString(CultureInfo.InvariantCulture), "--draws", Draws.ToString(CultureInfo.InvariantCulture)] : [];

    private static double Seconds(List<DecomposeResult> side) => Table.Median([.. side.Select(result => result.Seconds)]);

    private static long Peak(List<DecomposeResult> side) => side.Max(result => result.PeakBytes) >> 20;
}
