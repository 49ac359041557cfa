"""Fine-tunes all-MiniLM-L6-v2 to tag names, five encoders at once, each without one fifth of the texts, and writes the int8 model.

    python3 train-encoder.py BASE DATA OUT

BASE: folder with model.safetensors and vocab.txt of the encoder. DATA: what write-windows.ts wrote. OUT gets encoder.onnx, the
encoder without the first fifth, and held-out.bin.gz, what encoders say of the texts that they have not read. A GPU makes it six
minutes, a core a day. Needs torch, safetensors, onnx, onnxruntime.
"""

import gzip
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.append(str(Path(__file__).resolve().parent.parent))
from minilm import DEVICE, WIDTH, Encoder, Encoders, base_weights, batches, encoders_of, export, pooled

WINDOW = 256
LABELS, SHAPES, FOLDS, REPORTED_FOLD = 9, 17, 5, 0
# SMOKE in the environment: only to see that everything works, on a core.
SMOKE = "SMOKE" in os.environ
# The weights of trainings in another order each are averaged.
SEEDS = (1,) if SMOKE else (1, 2)
LAYERS, EPOCHS, BATCH = (1, 1, 8) if SMOKE else (6, 3, 64)
RATE, NEW_RATE, WARM_UP, DECAY, DROPOUT = 1e-4, 1e-3, 0.06, 0.01, 0.1
# Share of pieces that are masked while learning, of labelled texts in small letters, and of all texts in capitals.
WORD_DROPOUT, SMALL, CAPITALS = 0.08, 0.12, 0.02
# Share of the steps, the last, whose weights are averaged, every tenth of them.
AVERAGED = 0.5
UNLABELLED = 255
# Shapes of token-windows.ts in small letters and in capitals; from 8 on the token begins a line.
TO_SMALL = [0, 1, 1, 1, 1, 1, 6, 7, 8, 9, 9, 9, 9, 9, 14, 15, 16]
TO_CAPITALS = [0, 3, 3, 3, 4, 3, 6, 7, 8, 11, 11, 11, 12, 11, 14, 15, 16]
NEW = ("shape", "head.w", "head.b", "text.w", "text.b")
# Of the loss of a second question, whether a text is an ordinary one: only to learn from.
TEXT_SHARE = 0.3
# A token is surely none where every label of a name has this -log p. Others are written down, in eighths, so many at most.
SURE, STEPS, MOST = 7, 8, 127


def first_weights(base, vocabulary):
    """The base's, a head for the labels and one for the second question; how a token is written says nothing yet."""
    drawn = lambda *shape: 0.02 * torch.randn(*shape, generator=torch.Generator().manual_seed(SEEDS[0]))
    return base_weights(base, vocabulary, WINDOW, LAYERS) | {
        "shape": torch.zeros(SHAPES, WIDTH),
        "head.w": drawn(LABELS, WIDTH),
        "head.b": torch.zeros(LABELS),
        "text.w": drawn(1, 2 * WIDTH),
        "text.b": torch.zeros(1),
    }


class Taggers(Encoders):
    def forward(self, ids, shapes, here, dropout=0.0):
        """ids, shapes, here: batch × length. Returns logits: encoders × (batch × length) × labels, encoders × batch."""
        x = self.read(self.looked_up(ids, "word") + self.looked_up(shapes, "shape"), here, dropout)
        labels = self.linear(F.dropout(x.flatten(1, 2), dropout), "head")
        return labels, self.linear(F.dropout(pooled(x, here), dropout), "text")[..., 0]


class Tagger(Encoder):
    def __init__(self, encoders, index):
        super().__init__(encoders, index)
        self.shape = self.table("shape")

    def forward(self, ids, shapes):
        return self.head(self.read(self.word(ids) + self.shape(shapes)))


class Windows:
    """All windows, on the device: where each begins, and what is known of each."""

    def __init__(self, file):
        raw = np.frombuffer(gzip.decompress(file.read_bytes()), np.uint8)
        ids, shapes, labels, heads, at = [], [], [], [], 0
        while at < len(raw):
            length = int(raw[at]) + 256 * int(raw[at + 1])
            heads.append((length, *raw[at + 2 : at + 6].tolist()))
            at += 6
            ids.append(raw[at : at + 2 * length])
            shapes.append(raw[at + 2 * length : at + 3 * length])
            labels.append(raw[at + 3 * length : at + 4 * length])
            at += 4 * length
        self.length, self.fold, self.times, self.recased, kind = np.array(heads).T
        self.ordinary, self.judged = kind & 1, kind >> 1 == 1
        self.start = np.concatenate([[0], np.cumsum(self.length)])
        flat = lambda parts, kind: torch.from_numpy(np.concatenate(parts).view(kind).astype(np.int64)).to(DEVICE)
        self.ids, self.shapes, self.labels = flat(ids, np.uint16), flat(shapes, np.uint8), flat(labels, np.uint8)

    def batch(self, rows):
        length = torch.from_numpy(self.length[rows]).to(DEVICE)
        place = torch.arange(int(self.length[rows].max()), device=DEVICE)[None]
        here = place < length[:, None]
        at = torch.where(here, torch.from_numpy(self.start[rows]).to(DEVICE)[:, None] + place, 0)
        labels = torch.where(here, self.labels[at], UNLABELLED)
        return torch.where(here, self.ids[at], 0), torch.where(here, self.shapes[at], 0), here, labels


def train(weights, windows, mask, seed):
    """The mean of the weights of the last steps."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    small, capitals = torch.tensor(TO_SMALL, device=DEVICE), torch.tensor(TO_CAPITALS, device=DEVICE)
    recased, fold = torch.from_numpy(windows.recased).to(DEVICE), torch.from_numpy(windows.fold).to(DEVICE)
    ordinary = torch.from_numpy(windows.ordinary).to(DEVICE).float()
    model = Taggers(weights, FOLDS, LAYERS)
    new = [p for name, p in model.weights.items() if name.replace("_", ".") in NEW]
    body = [p for name, p in model.weights.items() if name.replace("_", ".") not in NEW]
    optimizer = torch.optim.AdamW([{"params": body, "lr": RATE}, {"params": new, "lr": NEW_RATE}], weight_decay=DECAY, betas=(0.9, 0.98), fused=DEVICE == "cuda")
    learned = np.repeat(np.arange(len(windows.length)), windows.times)
    schedule = [batch for _ in range(EPOCHS) for batch in batches(windows.length, random.permutation(learned), BATCH, random)]
    if SMOKE:
        schedule = schedule[:30]
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, at / (WARM_UP * len(schedule))) * (1 - at / len(schedule)))
    kept = {at for at in range(len(schedule)) if at >= len(schedule) * (1 - AVERAGED) and at % 10 == 0}
    means = {name: torch.zeros_like(p) for name, p in model.weights.items()}
    started, lost = time.time(), torch.zeros(FOLDS, device=DEVICE)
    for step, batch in enumerate(schedule):
        ids, shapes, here, labels = windows.batch(batch)
        rows = torch.from_numpy(batch).to(DEVICE)
        dice = torch.rand(len(batch), 1, device=DEVICE)
        shapes = torch.where((dice < SMALL) & (recased[rows] == 1)[:, None], small[shapes], shapes)
        shapes = torch.where(dice > 1 - CAPITALS, capitals[shapes], shapes)
        ids = torch.where((torch.rand(ids.shape, device=DEVICE) < WORD_DROPOUT) & here, mask, ids)
        said, judged = model(ids, shapes, here, DROPOUT)
        gold = labels.reshape(-1).expand(FOLDS, -1)
        loss = F.cross_entropy(said.transpose(1, 2), torch.where(gold == UNLABELLED, 0, gold), reduction="none")
        learns = (fold[rows][None] != torch.arange(FOLDS, device=DEVICE)[:, None])[:, :, None] & (labels != UNLABELLED)[None]
        learns = learns.reshape(FOLDS, -1).float()
        loss = (loss * learns).sum(1) / learns.sum(1).clamp(min=1)
        learns = (fold[rows][None] != torch.arange(FOLDS, device=DEVICE)[:, None]).float()
        other = F.binary_cross_entropy_with_logits(judged, ordinary[rows].expand_as(judged), reduction="none")
        loss = loss + TEXT_SHARE * (other * learns).sum(1) / learns.sum(1).clamp(min=1)
        loss.sum().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        rate.step()
        lost += loss.detach()
        if step in kept:
            for name, p in model.weights.items():
                means[name] += p.detach() / len(kept)
        if step % 200 == 199:
            print(f"seed {seed}, step {step + 1} of {len(schedule)}: loss {(lost / 200).mean().item():.4f}, {time.time() - started:.0f} s", flush=True)
            lost.zero_()
    return means


@torch.no_grad()
def judge(model, windows):
    """-log p of each token of the judged texts, in their order, by the encoder without its fold."""
    order = np.argsort(windows.length, kind="stable")
    order = order[windows.judged[order]]
    said = torch.zeros(len(windows.labels), LABELS)
    taken = windows.labels.cpu() != UNLABELLED
    taken &= torch.from_numpy(np.repeat(windows.judged, windows.length))
    for i in range(0, len(order), 4 * BATCH):
        rows = order[i : i + 4 * BATCH]
        ids, shapes, here, _ = windows.batch(rows)
        logits, _ = model(ids, shapes, here)
        own = torch.from_numpy(windows.fold[rows]).to(DEVICE), torch.arange(len(rows), device=DEVICE)
        logits = logits.reshape(FOLDS, *ids.shape, LABELS)[own]
        at = torch.from_numpy(windows.start[rows])[:, None] + torch.arange(ids.shape[1])[None]
        said[at[here.cpu()]] = -logits.float().log_softmax(-1)[here].cpu()
    return said[taken].numpy()


def held_out(said):
    """How many tokens are written down (u32), how many before each are none (u32 each), and what is said of them (u8 each, by label)."""
    known = np.flatnonzero(said[:, 1:].min(1) < SURE)
    before = np.diff(known, prepend=-1) - 1
    coded = np.minimum(np.round(STEPS * said[known]), MOST).astype(np.uint8)
    return gzip.compress(np.uint32(len(known)).tobytes() + before.astype(np.uint32).tobytes() + coded.T.tobytes(), 9)


def main(base, data, out):
    out.mkdir(parents=True, exist_ok=True)
    vocabulary = (data / "vocabulary.txt").read_text().split("\n")[:-1]
    windows = Windows(data / "windows.bin.gz")
    started = time.time()
    weights = first_weights(base, vocabulary)
    trainings = [train(weights, windows, vocabulary.index("[MASK]"), seed) for seed in SEEDS]
    model = encoders_of(Taggers(weights, FOLDS, LAYERS), trainings)
    print(f"{len(windows.length)} windows: {time.time() - started:.0f} s on {DEVICE}", flush=True)
    (out / "held-out.bin.gz").write_bytes(held_out(judge(model, windows)))
    export(Tagger(model, REPORTED_FOLD), ["ids", "shapes"], {0: "batch", 1: "length"}, out / "encoder.onnx")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*(Path(argument) for argument in sys.argv[1:]))
