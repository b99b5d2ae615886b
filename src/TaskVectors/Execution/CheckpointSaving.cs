using TaskVectors.Algebra;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Execution;

/// <summary>Saves checkpoints and task vectors: plan, run and seal in one call.</summary>
public static class CheckpointSaving
{
    /// <summary>Computes an edited checkpoint and writes it as safetensors. Only now are weights read.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="path">A folder to create, or a file that ends in <c>.safetensors</c>.</param>
    /// <param name="options">How to write it; <see cref="EditOptions.Default"/> when absent.</param>
    /// <param name="progress">Told of bytes moved a few times a second.</param>
    /// <param name="cancellationToken">Stops the edit; what has been finished is kept for <see cref="EditOptions.Resume"/>.</param>
    /// <returns>The manifest of the output.</returns>
    /// <exception cref="TaskVectorsException">The edit cannot be made; nothing has been written at <paramref name="path"/>.</exception>
    public static Task<Manifest> SaveAsync(
        this Checkpoint checkpoint, string path, EditOptions? options = null, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default) =>
        EditExecutor.RunAsync(EditPlanner.Plan(checkpoint, new OutputTarget(path), options ?? EditOptions.Default), progress, cancellationToken);

    /// <summary>Computes a task vector and writes it as safetensors whose metadata names its base. Only now are weights read.</summary>
    /// <param name="vector">The task vector.</param>
    /// <param name="path">A folder to create, or a file that ends in <c>.safetensors</c>.</param>
    /// <param name="options">How to write it; <see cref="EditOptions.Default"/> when absent.</param>
    /// <param name="progress">Told of bytes moved a few times a second.</param>
    /// <param name="cancellationToken">Stops the edit; what has been finished is kept for <see cref="EditOptions.Resume"/>.</param>
    /// <returns>The manifest of the output.</returns>
    /// <exception cref="TaskVectorsException">The vector cannot be made; nothing has been written at <paramref name="path"/>.</exception>
    public static Task<Manifest> SaveAsync(
        this TaskVector vector, string path, EditOptions? options = null, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default) =>
        EditExecutor.RunAsync(EditPlanner.Plan(vector, new OutputTarget(path), options ?? EditOptions.Default), progress, cancellationToken);
}
