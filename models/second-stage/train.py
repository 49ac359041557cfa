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

sys.path.append(str(Path(__file__).resolve().parent.parent))
from minilm import DEVICE, WIDTH, Encoder, Encoders, base_weights, batches, encoders_of, export, pooled

# What one encoder says of a window, in this order.
TASKS = ("injection", "harm")
WINDOW = 128
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


def first_weights(base, vocabulary):
    """The base's, and a head for each task."""
    head = 0.02 * torch.randn(len(TASKS), 2 * WIDTH, generator=torch.Generator().manual_seed(SEEDS[0]))
    return base_weights(base, vocabulary, WINDOW, LAYERS) | {"head.w": head, "head.b": torch.zeros(len(TASKS))}


class Judges(Encoders):
    def forward(self, ids, dropout=0.0):
        """ids: batch × length, -1 where there is nothing. Returns encoders × batch × tasks logits."""
        here = ids >= 0
        x = self.read(self.looked_up(ids.clamp(min=0), "word"), here, dropout)
        return torch.baddbmm(self.of("head.b")[:, None], F.dropout(pooled(x, here), dropout), self.of("head.w").transpose(1, 2))


class Judge(Encoder):
    def forward(self, ids):
        x = self.read(self.word(ids))
        return self.head(torch.cat([x.mean(1), x.amax(1)], -1))


def padded(windows):
    ids = np.full((len(windows), max(map(len, windows))), -1, np.int64)
    for row, window in zip(ids, windows):
        row[: len(window)] = window
    return torch.from_numpy(ids).to(DEVICE)


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
    model = Judges(weights, folds + 1, LAYERS)
    head = [p for name, p in model.weights.items() if name.startswith("head")]
    body = [p for name, p in model.weights.items() if not name.startswith("head")]
    optimizer = torch.optim.AdamW([{"params": body, "lr": RATE}, {"params": head, "lr": 10 * RATE}], weight_decay=DECAY, betas=(0.9, 0.98))
    lengths = [len(window) for window in windows]
    schedule = [batch for _ in range(EPOCHS) for batch in batches(lengths, random.permutation(len(windows)), BATCH, random)]
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, at / (WARM_UP * len(schedule))) * (1 - at / len(schedule)))
    kept = [at for at in range(len(schedule)) if at >= len(schedule) * (1 - AVERAGED)][::10]
    means = {name: torch.zeros_like(p) for name, p in model.weights.items()}
    for step, batch in enumerate(schedule):
        ids = padded([windows[at] for at in batch])
        ids = torch.where((torch.rand(ids.shape, device=DEVICE) < WORD_DROPOUT) & (ids >= 0), mask, ids)
        at = torch.from_numpy(batch).to(DEVICE)
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


def main(base, data, out):
    out.mkdir(parents=True, exist_ok=True)
    read = lambda name: [json.loads(line) for line in (data / name).read_text().splitlines()]
    vocabulary = (data / "vocabulary.txt").read_text().split("\n")[:-1]
    # The project's own sentences are not sampled before.
    examples, judged = read("examples.jsonl")[:: 40 if SMOKE else 1], read("judged.jsonl")
    folds = 1 + max(row["fold"] for row in judged)
    started = time.time()
    weights = first_weights(base, vocabulary)
    trainings = [train(weights, examples, folds, vocabulary.index("[MASK]"), seed) for seed in SEEDS]
    model = encoders_of(Judges(weights, folds + 1, LAYERS), trainings)
    print(f"{len(examples)} windows, {folds} folds: {time.time() - started:.0f} s on {DEVICE}", flush=True)
    scores = judge(model, judged)
    (out / "scores.json").write_text(json.dumps({key: round(score, 3) for key, score in scores.items()}))
    export(Judge(model, folds), ["ids"], {0: "batch"}, out / "model.onnx")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*(Path(argument) for argument in sys.argv[1:]))
