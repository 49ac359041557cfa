"""Fine-tunes all-MiniLM-L6-v2 to tell prompt injections and harm, every origin of both left out once, and writes the int8 model.

    python3 train.py BASE EXAMPLES OUT

BASE: folder with model.safetensors and vocab.txt of the encoder. EXAMPLES: what write-examples.ts wrote, and the
vocabulary.txt it was given. OUT gets model.onnx and scores.json. A GPU makes it six minutes, a core a day.
Needs torch, safetensors, onnx, onnxruntime.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

# What one encoder says of a window, in this order.
TASKS = ("injection", "harm")
WIDTH, HEADS, WINDOW = 384, 12, 128
# SMOKE in the environment: only to see that everything works, on a core.
SMOKE = "SMOKE" in os.environ
# The weights of three trainings, in another order each, are averaged.
SEEDS = (1,) if SMOKE else (1, 2, 3)
LAYERS, EPOCHS, BATCH = (1, 1, 8) if SMOKE else (6, 2, 64)
RATE, WARM_UP, DECAY, DROPOUT = 5e-5, 0.06, 0.01, 0.1
# Share of pieces that are masked while learning, and how sure a label may make the model.
WORD_DROPOUT, SMOOTHING = 0.05, 0.02
# Share of the steps, the last, whose weights are averaged, every tenth of them.
AVERAGED = 0.6
# How far origins of few rows are made up for: 0 not, 1 quite. No row counts more than so many times.
BALANCE, MOST = 0.5, 4
LINEAR = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
LINEAR |= {"attended": "attention.output.dense", "wide": "intermediate.dense", "narrow": "output.dense"}
NORM = {"afterAttention": "attention.output.LayerNorm", "afterWide": "output.LayerNorm"}
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def base_weights(base, vocabulary):
    """The encoder's weights by our names, its embeddings only of the pieces in our vocabulary."""
    stored = {name: weight.float() for name, weight in load_file(base / "model.safetensors").items()}
    row = {piece: i for i, piece in enumerate((base / "vocab.txt").read_text().split("\n"))}
    weights = {
        "word": stored["embeddings.word_embeddings.weight"][[row[piece] for piece in vocabulary]],
        "place": stored["embeddings.position_embeddings.weight"][:WINDOW] + stored["embeddings.token_type_embeddings.weight"][0],
        "first.w": stored["embeddings.LayerNorm.weight"],
        "first.b": stored["embeddings.LayerNorm.bias"],
        "head.w": 0.02 * torch.randn(len(TASKS), 2 * WIDTH, generator=torch.Generator().manual_seed(SEEDS[0])),
        "head.b": torch.zeros(len(TASKS)),
    }
    for layer in range(LAYERS):
        for ours, theirs in (LINEAR | NORM).items():
            weights[f"{layer}.{ours}.w"] = stored[f"encoder.layer.{layer}.{theirs}.weight"]
            weights[f"{layer}.{ours}.b"] = stored[f"encoder.layer.{layer}.{theirs}.bias"]
    return weights


class Encoders(torch.nn.Module):
    """As many encoders as there are folds, and one that leaves nothing out: all read the same batch."""

    def __init__(self, weights, count):
        super().__init__()
        self.count = count
        self.weights = torch.nn.ParameterDict(
            {name.replace(".", "_"): torch.nn.Parameter(weight.to(DEVICE)[None].repeat(count, *[1] * weight.dim())) for name, weight in weights.items()}
        )

    def of(self, name):
        return self.weights[name.replace(".", "_")]

    def linear(self, x, name):
        return torch.baddbmm(self.of(f"{name}.b")[:, None].to(x.dtype), x, self.of(f"{name}.w").transpose(1, 2).to(x.dtype))

    def norm(self, x, name):
        return F.layer_norm(x.float(), (WIDTH,), eps=1e-12) * self.of(f"{name}.w")[:, None] + self.of(f"{name}.b")[:, None]

    def forward(self, ids, dropout=0.0):
        """ids: batch × length, -1 where there is nothing. Returns encoders × batch × tasks logits."""
        (batch, length), count, pieces = ids.shape, self.count, self.of("word").shape[1]
        here = ids >= 0
        rows = ids.clamp(min=0)[None] + (torch.arange(count, device=DEVICE) * pieces)[:, None, None]
        x = F.embedding(rows.reshape(-1), self.of("word").reshape(-1, WIDTH)).reshape(count, batch, length, WIDTH)
        x = (x + self.of("place")[:, None, :length]).reshape(count, batch * length, WIDTH)
        small = torch.bfloat16 if DEVICE == "cuda" else torch.float32
        x = F.dropout(self.norm(x, "first"), dropout).to(small)
        hidden = torch.zeros(batch, 1, 1, length, device=DEVICE, dtype=small).masked_fill_(~here[:, None, None], -1e9)
        hidden = hidden.repeat(count, 1, 1, 1).expand(count * batch, HEADS, length, length)
        for layer in range(LAYERS):
            q, k, v = (self.linear(x, f"{layer}.{name}").reshape(count * batch, length, HEADS, -1).transpose(1, 2) for name in "qkv")
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=hidden, dropout_p=dropout)
            seen = self.linear(seen.transpose(1, 2).reshape(count, batch * length, WIDTH), f"{layer}.attended")
            x = self.norm(x + F.dropout(seen, dropout), f"{layer}.afterAttention").to(small)
            wide = self.linear(F.gelu(self.linear(x, f"{layer}.wide")), f"{layer}.narrow")
            x = self.norm(x + F.dropout(wide, dropout), f"{layer}.afterWide").to(small)
        weight = here[None, :, :, None].float()
        x = x.reshape(count, batch, length, WIDTH).float()
        pooled = torch.cat([(x * weight).sum(2) / weight.sum(2), x.masked_fill(weight == 0, -1e4).amax(2)], -1)
        return torch.baddbmm(self.of("head.b")[:, None], F.dropout(pooled, dropout), self.of("head.w").transpose(1, 2))


class Encoder(torch.nn.Module):
    """One of them, as it is shipped: windows of one length, no padding."""

    def __init__(self, encoders, index):
        super().__init__()
        take = lambda name: encoders.of(name)[index].detach().float().cpu()
        self.word = torch.nn.Embedding.from_pretrained(take("word"))
        self.place = torch.nn.Parameter(take("place"))
        self.norms = torch.nn.ParameterDict({name.replace(".", "_"): take(name) for layer in range(LAYERS) for norm in NORM for name in (f"{layer}.{norm}.w", f"{layer}.{norm}.b")})
        self.norms |= {"first_w": take("first.w"), "first_b": take("first.b")}
        self.linears = torch.nn.ModuleDict()
        for layer in range(LAYERS):
            self.linears[f"{layer}_qkv"] = linear(*(torch.cat([take(f"{layer}.{name}.{part}") for name in "qkv"]) for part in "wb"))
            for name in ("attended", "wide", "narrow"):
                self.linears[f"{layer}_{name}"] = linear(take(f"{layer}.{name}.w"), take(f"{layer}.{name}.b"))
        self.head = linear(take("head.w"), take("head.b"))

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.norms[f"{name}_w"], self.norms[f"{name}_b"], 1e-12)

    def forward(self, ids):
        batch, length = ids.shape
        x = self.norm(self.word(ids) + self.place[:length], "first")
        for layer in range(LAYERS):
            q, k, v = self.linears[f"{layer}_qkv"](x).reshape(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
            seen = torch.softmax(q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5, -1) @ v
            x = self.norm(x + self.linears[f"{layer}_attended"](seen.transpose(1, 2).reshape(batch, length, WIDTH)), f"{layer}_afterAttention")
            x = self.norm(x + self.linears[f"{layer}_narrow"](F.gelu(self.linears[f"{layer}_wide"](x))), f"{layer}_afterWide")
        return self.head(torch.cat([x.mean(1), x.amax(1)], -1))


def linear(weight, bias):
    made = torch.nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight, bias
    return made


def padded(windows):
    ids = np.full((len(windows), max(map(len, windows))), -1, np.int64)
    for row, window in zip(ids, windows):
        row[: len(window)] = window
    return torch.from_numpy(ids).to(DEVICE)


def batches(windows, random):
    """Windows of like length together, the batches in any order."""
    order = random.permutation(len(windows))
    near = [sorted(order[i : i + 40 * BATCH], key=lambda at: len(windows[at])) for i in range(0, len(order), 40 * BATCH)]
    parts = [part[i : i + BATCH] for part in near for i in range(0, len(part), BATCH)]
    return [parts[i] for i in random.permutation(len(parts))]


def balanced(examples):
    """Weights of the examples: positive ones of an origin with few of them count more, so that none is all there is."""
    weight = np.array([example["weight"] for example in examples])
    for task in TASKS:
        origins = {}
        for at, example in enumerate(examples):
            if example["task"] == task and example["target"] == 1 and example["origin"] is not None:
                origins.setdefault(example["origin"], []).append(at)
        have = {origin: weight[rows].sum() for origin, rows in origins.items()}
        want = {origin: total ** (1 - BALANCE) for origin, total in have.items()}
        for origin, rows in origins.items():
            weight[rows] *= min(MOST, sum(have.values()) * want[origin] / sum(want.values()) / have[origin])
    return torch.tensor(weight, dtype=torch.float32)


def train(weights, examples, folds, mask, seed):
    """The mean of the weights of the last steps."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    windows = [example["ids"] for example in examples]
    task = torch.tensor([TASKS.index(example["task"]) for example in examples], device=DEVICE)
    target = torch.tensor([float(example["target"]) for example in examples], device=DEVICE) * (1 - 2 * SMOOTHING) + SMOOTHING
    learns = torch.tensor([[fold not in example["folds"] for example in examples] for fold in range(folds + 1)]) * balanced(examples)
    learns = learns.to(DEVICE)
    model = Encoders(weights, folds + 1)
    head = [p for name, p in model.weights.items() if name.startswith("head")]
    body = [p for name, p in model.weights.items() if not name.startswith("head")]
    optimizer = torch.optim.AdamW([{"params": body, "lr": RATE}, {"params": head, "lr": 10 * RATE}], weight_decay=DECAY, betas=(0.9, 0.98))
    schedule = [batch for _ in range(EPOCHS) for batch in batches(windows, random)]
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, at / (WARM_UP * len(schedule))) * (1 - at / len(schedule)))
    kept = [at for at in range(len(schedule)) if at >= len(schedule) * (1 - AVERAGED)][::10]
    means = {name: torch.zeros_like(p) for name, p in model.weights.items()}
    for step, batch in enumerate(schedule):
        ids = padded([windows[at] for at in batch])
        ids = torch.where((torch.rand(ids.shape, device=DEVICE) < WORD_DROPOUT) & (ids >= 0), mask, ids)
        at = torch.tensor(batch, device=DEVICE)
        logits = model(ids, DROPOUT)
        logits = logits.gather(2, task[at][None, :, None].expand(folds + 1, -1, 1))[..., 0]
        loss = F.binary_cross_entropy_with_logits(logits, target[at].expand_as(logits), reduction="none") * learns[:, at]
        (loss.sum(1) / learns[:, at].sum(1).clamp(min=1)).sum().backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        rate.step()
        if step in kept:
            for name, p in model.weights.items():
                means[name] += p.detach() / len(kept)
    return means


@torch.no_grad()
def encoders_of(weights, trainings):
    """The encoders whose weights are the mean of the trainings'."""
    model = Encoders(weights, next(iter(trainings[0].values())).shape[0])
    for name, p in model.weights.items():
        p.copy_(sum(training[name] for training in trainings) / len(trainings))
    return model


@torch.no_grad()
def judge(model, judged):
    """For each task and text the highest logit of its windows, by the encoder that has not seen its origin."""
    windows = sorted(((window, row) for row in judged for window in row["windows"]), key=lambda pair: len(pair[0]))
    best = {}
    for at in range(0, len(windows), 4 * BATCH):
        part = windows[at : at + 4 * BATCH]
        logits = model(padded([window for window, _ in part])).float().cpu()
        for i, (_, row) in enumerate(part):
            key = f"{row['task']}/{row['set']}/{row['id']}"
            best[key] = max(best.get(key, -99.0), logits[row["fold"], i, TASKS.index(row["task"])].item())
    return best


def export(encoder, file):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = file.with_suffix(".f32.onnx")
    example = torch.zeros(2, 16, dtype=torch.int64)
    names = {"input_names": ["ids"], "output_names": ["logits"], "dynamic_axes": {"ids": {0: "batch", 1: "length"}, "logits": {0: "batch"}}}
    torch.onnx.export(encoder.eval(), (example,), whole, dynamo=False, opset_version=17, **names)
    quantize_dynamic(whole, file, weight_type=QuantType.QInt8)


def main(base, data, out):
    out.mkdir(parents=True, exist_ok=True)
    read = lambda name: [json.loads(line) for line in (data / name).read_text().splitlines()]
    vocabulary = (data / "vocabulary.txt").read_text().split("\n")[:-1]
    # The project's own sentences are not sampled before.
    examples, judged = read("examples.jsonl")[:: 40 if SMOKE else 1], read("judged.jsonl")
    folds = 1 + max(row["fold"] for row in judged)
    started = time.time()
    weights = base_weights(base, vocabulary)
    model = encoders_of(weights, [train(weights, examples, folds, vocabulary.index("[MASK]"), seed) for seed in SEEDS])
    print(f"{len(examples)} windows, {folds} folds: {time.time() - started:.0f} s on {DEVICE}", flush=True)
    scores = judge(model, judged)
    (out / "scores.json").write_text(json.dumps({key: round(score, 3) for key, score in scores.items()}))
    export(Encoder(model, folds), out / "model.onnx")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*(Path(argument) for argument in sys.argv[1:]))
