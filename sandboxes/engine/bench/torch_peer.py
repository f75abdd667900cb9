"""PyTorch's side of the training comparison, a process of its own.

usage: torch_peer.py WORKLOAD FOLDER THREADS OPTIMIZER
FOLDER holds network.safetensors (first weights) and batches.safetensors; OPTIMIZER is JSON. Answers {"ready": {...}}, then reads
"<steps>" line by line and answers {"losses", "milliseconds"} of as many steps.
"""
import ctypes
import json
import math
import struct
import sys
import time

import numpy
import torch
import torch.nn.functional as F

VIT = {"dim": 192, "depth": 6, "heads": 3}
DECODER = {"dim": 256, "depth": 4, "heads": 4}


def mlp(weights, pixels):
    x = F.relu(linear(weights, "layer0", pixels))
    x = F.relu(linear(weights, "layer1", x))
    return linear(weights, "layer2", x)


def vit(weights, patches):
    x = linear(weights, "embed", patches) + weights["position"]
    for layer in range(VIT["depth"]):
        name = f"block{layer}"
        normal = layer_norm(weights, f"{name}.norm1", x)
        query, key, value = (split_heads(linear(weights, f"{name}.{part}", normal), VIT["heads"]) for part in ("query", "key", "value"))
        x = x + linear(weights, f"{name}.out", attend(query, key, value))
        hidden = F.gelu(linear(weights, f"{name}.up", layer_norm(weights, f"{name}.norm2", x)))
        x = x + linear(weights, f"{name}.down", hidden)
    return linear(weights, "classify", layer_norm(weights, "norm", x).mean(1))


def decoder(weights, ids):
    tokens, size = ids.shape[1], DECODER["dim"] // DECODER["heads"]
    cosine, sine = rotary_tables(tokens, size)
    mask = torch.full((tokens, tokens), -1e9).triu(1)
    x = F.embedding(ids, weights["embedding"])
    for layer in range(DECODER["depth"]):
        name = f"block{layer}"
        normal = rms_norm(weights, f"{name}.norm1", x)
        query, key, value = (split_heads(linear(weights, f"{name}.{part}", normal), DECODER["heads"]) for part in ("query", "key", "value"))
        query, key = (x * cosine + rotate_half(x) * sine for x in (query, key))
        x = x + linear(weights, f"{name}.out", attend(query, key, value, mask))
        inner = rms_norm(weights, f"{name}.norm2", x)
        gated = F.silu(linear(weights, f"{name}.gate", inner)) * linear(weights, f"{name}.up", inner)
        x = x + linear(weights, f"{name}.down", gated)
    return linear(weights, "classify", rms_norm(weights, "norm", x)).flatten(0, 1)


def linear(weights, name, x):
    return F.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))


def layer_norm(weights, name, x):
    return F.layer_norm(x, x.shape[-1:], weights[f"{name}.scale"], weights[f"{name}.bias"])


def rms_norm(weights, name, x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weights[f"{name}.scale"]


def split_heads(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores + mask
    return (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)


_tables = {}


def rotary_tables(tokens, size):
    if (tokens, size) not in _tables:
        frequencies = 10_000 ** (-torch.arange(size // 2, dtype=torch.float64) / (size // 2))
        angles = torch.outer(torch.arange(tokens, dtype=torch.float64), frequencies).repeat(1, 2)
        _tables[tokens, size] = angles.cos().float(), angles.sin().float()
    return _tables[tokens, size]


def rotate_half(x):
    left, right = x.chunk(2, -1)
    return torch.cat((-right, left), -1)


NETWORKS = {"mlp": mlp, "vit": vit, "decoder": decoder}


def read_safetensors(path):
    types = {"F32": numpy.float32, "I64": numpy.int64}
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = torch.from_numpy(numpy.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"]).copy())
    return tensors


def first_weights(path):
    """Linear layers in torch's own layout, [out, in]."""
    return {
        name: (value.t().contiguous() if name.endswith(".weight") else value).requires_grad_()
        for name, value in read_safetensors(path).items()
    }


def adamw(weights, options):
    """Decay from rank 2 on, as the engine does."""
    groups = [
        {"params": [value for value in weights.values() if (value.dim() >= 2) == matrices], "weight_decay": decay}
        for matrices, decay in ((True, options["weightDecay"]), (False, 0.0))
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=options["learningRate"],
        betas=(options["beta1"], options["beta2"]),
        eps=options["epsilon"],
    )


def blas():
    """Which BLAS this process really computes with, and how it was built and told to run."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if ".so" in line}
    found = sorted(path for path in paths if any(word in path for word in ("blas", "blis", "mkl_")))
    for path in found:
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_corename"):
            library.openblas_get_corename.restype = ctypes.c_char_p
            library.openblas_get_config.restype = ctypes.c_char_p
            return {
                "library": path,
                "core": library.openblas_get_corename().decode(),
                "config": library.openblas_get_config().decode(),
                "openmp": library.openblas_get_parallel() == 2,
            }
    return {"library": ", ".join(found) or "none", "core": "", "config": "", "openmp": False}


def main():
    workload, folder, threads, options = sys.argv[1:]
    torch.set_num_threads(int(threads))
    weights = first_weights(f"{folder}/network.safetensors")
    tensors = read_safetensors(f"{folder}/batches.safetensors")
    batches = [
        (next(value for name, value in tensors.items() if name.startswith(f"{at}.") and not name.endswith(".labels")), tensors[f"{at}.labels"])
        for at in range(sum(name.endswith(".labels") for name in tensors))
    ]
    network, optimizer, done = NETWORKS[workload], adamw(weights, json.loads(options)), 0
    answer({"ready": {"torch": torch.__version__, "threads": torch.get_num_threads(), "blas": blas(), "parameters": sum(value.numel() for value in weights.values())}})
    for line in sys.stdin:
        losses, milliseconds = [], []
        for _ in range(int(line)):
            started = time.perf_counter()
            inputs, labels = batches[done % len(batches)]
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(network(weights, inputs), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            milliseconds.append(1000 * (time.perf_counter() - started))
            done += 1
        answer({"losses": losses, "milliseconds": milliseconds})


def answer(message):
    print(json.dumps(message), flush=True)


main()
