"""The same computations written plainly with torch: one exact SVD after another, nothing clever. Prints one JSON document.

Usage: reference.py decompose|tsvm|iso_c FOLDER F32|F64 [--out FOLDER]
       reference.py gemm SIZE ... --runs N
"""

import argparse
import ctypes
import json
import os
import resource
import statistics
import time

import torch


def load(folder, matrix, tasks, dtype):
    rows, columns = matrix["rows"], matrix["columns"]
    values = torch.from_file(os.path.join(folder, matrix["file"]), shared=False, size=tasks * rows * columns, dtype=torch.float32)
    return list(values.reshape(tasks, rows, columns).to(dtype))


def svd(matrix):
    return torch.linalg.svd(matrix, full_matrices=False)


def mean_eigen(bases):
    """Eigenvalues, descending, and eigenvectors of the mean of the projectors, by the smaller of the two Gram matrices."""
    stack = torch.cat(bases, dim=1)
    is_tall = stack.shape[0] > stack.shape[1]
    values, vectors = torch.linalg.eigh(stack.T @ stack if is_tall else stack @ stack.T)
    values, vectors = values.flip(0), vectors.flip(1)
    return values / len(bases), (stack @ vectors) / values.clamp(min=1e-300).sqrt() if is_tall else vectors


def chance_values(dimension, ranks, draws, known):
    """Eigenvalues that random subspaces of the same ranks give, drawn once for each shape."""
    key = (dimension, *ranks)
    if key not in known:
        drawn = []
        for _ in range(draws):
            stack = torch.cat([torch.linalg.qr(torch.randn(dimension, rank, dtype=torch.float64))[0] for rank in ranks], dim=1)
            gram = stack.T @ stack if stack.shape[0] > stack.shape[1] else stack @ stack.T
            drawn.append(torch.linalg.eigvalsh(gram).flip(0) / len(ranks))
        known[key] = torch.quantile(torch.stack(drawn), 0.99, dim=0)
    return known[key]


def decompose(vectors, fraction, draws, known):
    tasks = len(vectors)
    bases = []
    for vector in vectors:
        u, s, _ = svd(vector)
        numerical = int((s > max(vector.shape) * torch.finfo(vector.dtype).eps * s[0]).sum())
        bases.append(u[:, :min(numerical, int(fraction * min(vector.shape)))].double())
    values, basis = mean_eigen(bases)
    cut = (1 + (tasks - 1) * 0.3) / tasks
    chance = chance_values(vectors[0].shape[0], [basis.shape[1] for basis in bases], draws, known)
    above = int((values > cut).sum())
    kept = 0
    while kept < above and values[kept] > chance[kept]:
        kept += 1
    z = basis[:, :kept].to(vectors[0].dtype)
    fractions = []
    for vector in vectors:
        shared = z @ (z.T @ vector)
        unique = vector - shared
        fractions.append(float(torch.sum(shared * shared)) / float(torch.sum(vector * vector)))
        del unique
    return kept, fractions


def tsvm(vectors):
    """Task singular vectors: a share 1/T of every spectrum, then the orthogonal factors of the joined bases."""
    rank = int(min(vectors[0].shape) / len(vectors))
    left, values, right = [], [], []
    for vector in vectors:
        u, s, vt = svd(vector)
        left.append(u[:, :rank])
        values.append(s[:rank])
        right.append(vt[:rank])
    uu, _, uv = svd(torch.cat(left, dim=1))
    vu, _, vv = svd(torch.cat(right, dim=0))
    return torch.linalg.multi_dot((uu, uv, torch.diag(torch.cat(values)), vu, vv))


def iso_c(vectors):
    total = vectors[0].clone()
    for vector in vectors[1:]:
        total += vector
    u, s, vt = svd(total)
    return torch.linalg.multi_dot((u, torch.diag(torch.full_like(s, float(s.mean()))), vt))


def run_set(arguments):
    with open(os.path.join(arguments.folder, "set.json"), encoding="utf-8") as file:
        description = json.load(file)
    tasks, matrices = description["tasks"], description["matrices"]
    dtype = torch.float64 if arguments.dtype == "F64" else torch.float32
    findings, merged, known = [], {}, {}
    start = time.perf_counter()
    for matrix in matrices:
        vectors = load(arguments.folder, matrix, tasks, dtype)
        if arguments.job == "decompose":
            kept, fractions = decompose(vectors, arguments.fraction, arguments.draws, known)
            findings.append({"name": matrix["name"], "dimension": kept, "fractions": fractions})
        else:
            merged[matrix["name"]] = tsvm(vectors) if arguments.job == "tsvm" else iso_c(vectors)
    seconds = time.perf_counter() - start
    if arguments.out:
        for name, values in merged.items():
            values.double().numpy().tofile(os.path.join(arguments.out, name + ".f64"))
    return {"seconds": seconds, "findings": findings}


def run_gemm(arguments):
    times = {}
    for size in map(int, arguments.sizes):
        a, b, c = torch.randn(size, size), torch.randn(size, size), torch.empty(size, size)
        torch.mm(a, b, out=c)
        runs = []
        for _ in range(arguments.runs):
            start = time.perf_counter()
            torch.mm(a, b, out=c)
            runs.append(time.perf_counter() - start)
        times[str(size)] = statistics.median(runs)
    return {"times": times}


def kernel():
    """The kernel of the OpenBLAS that torch has loaded, if it is one."""
    try:
        blas = ctypes.CDLL("libopenblas.so.0")
        blas.openblas_get_corename.restype = ctypes.c_char_p
        return "OpenBLAS " + blas.openblas_get_corename().decode()
    except OSError:
        return "unknown"


def main():
    parser = argparse.ArgumentParser()
    jobs = parser.add_subparsers(dest="job", required=True)
    for job in ("decompose", "tsvm", "iso_c"):
        command = jobs.add_parser(job)
        command.add_argument("folder")
        command.add_argument("dtype", choices=["F32", "F64"])
        command.add_argument("--fraction", type=float, default=0.25)
        command.add_argument("--draws", type=int, default=20)
        command.add_argument("--out")
    gemm = jobs.add_parser("gemm")
    gemm.add_argument("sizes", nargs="+")
    gemm.add_argument("--runs", type=int, default=9)
    for command in jobs.choices.values():
        command.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    result = run_gemm(arguments) if arguments.job == "gemm" else run_set(arguments)
    result["kernel"] = f"torch {torch.__version__}, {kernel()}"
    result["peakBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
