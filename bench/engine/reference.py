"""The same models written plainly with torch. Prints one JSON document.

Usage: reference.py inference|step FOLDER [--threads N] [--runs N]

FOLDER holds config.json, model.safetensors, inputs.safetensors and trained.json (the names of what is trained).
"""

import argparse
import ctypes
import json
import math
import os
import resource
import time

import numpy
import torch
import torch.nn.functional as F

TYPES = {"F32": numpy.float32, "I32": numpy.int32}


def read(path):
    """The tensors of a safetensors file, each read into memory of its own."""
    tensors = {}
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            start, end = entry["data_offsets"]
            file.seek(8 + size + start)
            dtype = numpy.dtype(TYPES[entry["dtype"]])
            tensors[name] = torch.from_numpy(numpy.fromfile(file, dtype, (end - start) // dtype.itemsize).reshape(entry["shape"]))
    return tensors


def attend(q, k, v, causal=False):
    """softmax(Q K^T / sqrt d) V over [batch, heads, n, d]."""
    scores = (q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
    if causal:
        n = q.shape[2]
        hidden = torch.ones(n, n, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, float("-inf"))
    return scores.softmax(-1) @ v


def split(x, heads):
    batch, n, width = x.shape
    return x.view(batch, n, heads, width // heads).transpose(1, 2)


def join(x):
    batch, heads, n, size = x.shape
    return x.transpose(1, 2).reshape(batch, n, heads * size)


def linear(w, name, x):
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def norm(w, name, x, eps):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], eps)


def vit(w, config, pixels):
    patch, heads = config["patch_size"], config["num_attention_heads"]
    name = "vit.embeddings."
    x = F.conv2d(pixels, w[name + "patch_embeddings.projection.weight"], w[name + "patch_embeddings.projection.bias"], stride=patch)
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat((w[name + "cls_token"].expand(x.shape[0], -1, -1), x), 1) + w[name + "position_embeddings"]
    for i in range(config["num_hidden_layers"]):
        layer = f"vit.encoder.layer.{i}."
        normal = norm(w, layer + "layernorm_before", x, 1e-12)
        q, k, v = (split(linear(w, layer + "attention.attention." + part, normal), heads) for part in ("query", "key", "value"))
        x = x + linear(w, layer + "attention.output.dense", join(attend(q, k, v)))
        inner = F.gelu(linear(w, layer + "intermediate.dense", norm(w, layer + "layernorm_after", x, 1e-12)))
        x = x + linear(w, layer + "output.dense", inner)
    return linear(w, "classifier", norm(w, "vit.layernorm", x[:, 0], 1e-12))


def bert(w, config, ids):
    heads, name = config["num_attention_heads"], "bert.embeddings."
    x = F.embedding(ids, w[name + "word_embeddings.weight"]) + w[name + "position_embeddings.weight"][: ids.shape[1]]
    x = norm(w, name + "LayerNorm", x + w[name + "token_type_embeddings.weight"][0], 1e-12)
    for i in range(config["num_hidden_layers"]):
        layer = f"bert.encoder.layer.{i}."
        q, k, v = (split(linear(w, layer + "attention.self." + part, x), heads) for part in ("query", "key", "value"))
        x = norm(w, layer + "attention.output.LayerNorm", x + linear(w, layer + "attention.output.dense", join(attend(q, k, v))), 1e-12)
        inner = F.gelu(linear(w, layer + "intermediate.dense", x))
        x = norm(w, layer + "output.LayerNorm", x + linear(w, layer + "output.dense", inner), 1e-12)
    return linear(w, "classifier", torch.tanh(linear(w, "bert.pooler.dense", x[:, 0])))


def linear_in_out(w, name, x):
    """A weight stored as [in, out]."""
    weight = w[name + ".weight"]
    return torch.addmm(w[name + ".bias"], x.reshape(-1, weight.shape[0]), weight).view(*x.shape[:-1], weight.shape[1])


def gpt2(w, config, ids):
    heads = config["n_head"]
    x = F.embedding(ids, w["transformer.wte.weight"]) + w["transformer.wpe.weight"][: ids.shape[1]]
    for i in range(config["n_layer"]):
        layer = f"transformer.h.{i}."
        projected = linear_in_out(w, layer + "attn.c_attn", norm(w, layer + "ln_1", x, 1e-5))
        q, k, v = (split(part, heads) for part in projected.chunk(3, -1))
        x = x + linear_in_out(w, layer + "attn.c_proj", join(attend(q, k, v, causal=True)))
        inner = F.gelu(linear_in_out(w, layer + "mlp.c_fc", norm(w, layer + "ln_2", x, 1e-5)), approximate="tanh")
        x = x + linear_in_out(w, layer + "mlp.c_proj", inner)
    return F.linear(norm(w, "transformer.ln_f", x, 1e-5), w["transformer.wte.weight"])


def rms_norm(x, weight, eps=1e-6):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def rotate(x, cosine, sine):
    half = x.shape[-1] // 2
    return x * cosine + torch.cat((-x[..., half:], x[..., :half]), -1) * sine


def llama(w, config, ids):
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size = config["hidden_size"] // heads
    x = F.embedding(ids, w["model.embed_tokens.weight"])
    angles = torch.arange(ids.shape[1])[:, None] * (10000.0 ** (-torch.arange(0, size, 2) / size))[None]
    cosine, sine = torch.cat((angles, angles), -1).cos(), torch.cat((angles, angles), -1).sin()
    for i in range(config["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        normal = rms_norm(x, w[layer + "input_layernorm.weight"])
        q = rotate(split(linear(w, layer + "self_attn.q_proj", normal), heads), cosine, sine)
        k = rotate(split(linear(w, layer + "self_attn.k_proj", normal), groups), cosine, sine)
        v = split(linear(w, layer + "self_attn.v_proj", normal), groups)
        k, v = (part.repeat_interleave(heads // groups, 1) for part in (k, v))
        x = x + linear(w, layer + "self_attn.o_proj", join(attend(q, k, v, causal=True)))
        normal = rms_norm(x, w[layer + "post_attention_layernorm.weight"])
        x = x + linear(w, layer + "mlp.down_proj", F.silu(linear(w, layer + "mlp.gate_proj", normal)) * linear(w, layer + "mlp.up_proj", normal))
    return F.linear(rms_norm(x, w["model.norm.weight"]), w["model.embed_tokens.weight"])


MODELS = {
    "ViTForImageClassification": vit,
    "BertForSequenceClassification": bert,
    "GPT2LMHeadModel": gpt2,
    "LlamaForCausalLM": llama,
}


def loss_of(logits, labels):
    if labels.dim() == 2:
        logits, labels = logits[:, :-1].reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1)
    return F.cross_entropy(logits, labels)


def repeat(action, runs, losses):
    """Some runs at least, and as many as fit in a second."""
    times, begin = [], time.perf_counter()
    while len(times) < runs or time.perf_counter() - begin < 1:
        start = time.perf_counter()
        losses.append(action())
        times.append(1e3 * (time.perf_counter() - start))
    return times


def run(job, folder, runs):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    with open(os.path.join(folder, "trained.json"), encoding="utf-8") as file:
        trained = set(json.load(file))
    weights = read(os.path.join(folder, "model.safetensors"))
    inputs = read(os.path.join(folder, "inputs.safetensors"))
    batch = inputs["pixel_values"] if "pixel_values" in inputs else inputs["input_ids"].long()
    labels = inputs["labels"].long()
    model = MODELS[config["architectures"][0]]
    optimizer = None
    if job == "step":
        parameters = [weights[name].requires_grad_() for name in weights if name in trained]
        optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01)

    def infer():
        with torch.inference_mode():
            return loss_of(model(weights, config, batch), labels).item()

    def step():
        loss = loss_of(model(weights, config, batch), labels)
        value = loss.item()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return value

    action = step if job == "step" else infer
    losses = []
    repeat(action, 2, losses)
    return {"milliseconds": repeat(action, runs, losses), "loss": losses[2]}


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
    parser.add_argument("job", choices=["inference", "step"])
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    result = run(arguments.job, arguments.folder, arguments.runs)
    result["kernel"] = f"torch {torch.__version__}, {kernel()}"
    result["peakBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
