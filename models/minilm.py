"""all-MiniLM-L6-v2 as second-stage/train.py and names/train-encoder.py fine-tune it: several encoders at once, and one of them as it is shipped."""

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

WIDTH, HEADS = 384, 12
LINEAR = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
LINEAR |= {"attended": "attention.output.dense", "wide": "intermediate.dense", "narrow": "output.dense"}
NORM = {"afterAttention": "attention.output.LayerNorm", "afterWide": "output.LayerNorm"}
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def base_weights(base, vocabulary, window, layers):
    """The encoder's weights by our names, its embeddings only of the pieces in our vocabulary and of the places of a window."""
    stored = {name: weight.float() for name, weight in load_file(base / "model.safetensors").items()}
    row = {piece: i for i, piece in enumerate((base / "vocab.txt").read_text().split("\n"))}
    weights = {
        "word": stored["embeddings.word_embeddings.weight"][[row[piece] for piece in vocabulary]],
        "place": stored["embeddings.position_embeddings.weight"][:window] + stored["embeddings.token_type_embeddings.weight"][0],
        "first.w": stored["embeddings.LayerNorm.weight"],
        "first.b": stored["embeddings.LayerNorm.bias"],
    }
    for layer in range(layers):
        for ours, theirs in (LINEAR | NORM).items():
            weights[f"{layer}.{ours}.w"] = stored[f"encoder.layer.{layer}.{theirs}.weight"]
            weights[f"{layer}.{ours}.b"] = stored[f"encoder.layer.{layer}.{theirs}.bias"]
    return weights


class Encoders(torch.nn.Module):
    """As many encoders as there are folds, or one more that leaves nothing out: all read the same batch."""

    def __init__(self, weights, count, layers):
        super().__init__()
        self.count, self.layers = count, layers
        self.weights = torch.nn.ParameterDict(
            {name.replace(".", "_"): torch.nn.Parameter(weight.to(DEVICE)[None].repeat(count, *[1] * weight.dim())) for name, weight in weights.items()}
        )

    def of(self, name):
        return self.weights[name.replace(".", "_")]

    def linear(self, x, name):
        return torch.baddbmm(self.of(f"{name}.b")[:, None].to(x.dtype), x, self.of(f"{name}.w").transpose(1, 2).to(x.dtype))

    def norm(self, x, name):
        return F.layer_norm(x.float(), (WIDTH,), eps=1e-12) * self.of(f"{name}.w")[:, None] + self.of(f"{name}.b")[:, None]

    def looked_up(self, ids, name):
        """encoders × batch × length × width."""
        table = self.of(name)
        rows = ids[None] + (torch.arange(self.count, device=DEVICE) * table.shape[1])[:, None, None]
        return F.embedding(rows.reshape(-1), table.reshape(-1, WIDTH)).reshape(self.count, *ids.shape, WIDTH)

    def read(self, x, here, dropout):
        """x: the pieces as looked up, without their places. here: batch × length, where there is something. Returns what x is after the last layer."""
        count, batch, length, _ = x.shape
        x = (x + self.of("place")[:, None, :length]).reshape(count, batch * length, WIDTH)
        small = torch.bfloat16 if DEVICE == "cuda" else torch.float32
        x = F.dropout(self.norm(x, "first"), dropout).to(small)
        hidden = torch.zeros(batch, 1, 1, length, device=DEVICE, dtype=small).masked_fill_(~here[:, None, None], -1e9)
        hidden = hidden.repeat(count, 1, 1, 1).expand(count * batch, HEADS, length, length)
        for layer in range(self.layers):
            q, k, v = (self.linear(x, f"{layer}.{name}").reshape(count * batch, length, HEADS, -1).transpose(1, 2) for name in "qkv")
            seen = F.scaled_dot_product_attention(q, k, v, attn_mask=hidden, dropout_p=dropout)
            seen = self.linear(seen.transpose(1, 2).reshape(count, batch * length, WIDTH), f"{layer}.attended")
            x = self.norm(x + F.dropout(seen, dropout), f"{layer}.afterAttention").to(small)
            wide = self.linear(F.gelu(self.linear(x, f"{layer}.wide")), f"{layer}.narrow")
            x = self.norm(x + F.dropout(wide, dropout), f"{layer}.afterWide").to(small)
        return x.reshape(count, batch, length, WIDTH).float()


def pooled(x, here):
    """The mean and the greatest of what a window's pieces are: encoders × batch × twice the width."""
    weight = here[None, :, :, None].float()
    return torch.cat([(x * weight).sum(2) / weight.sum(2), x.masked_fill(weight == 0, -1e4).amax(2)], -1)


@torch.no_grad()
def encoders_of(model, trainings):
    """The encoders whose weights are the mean of the trainings'."""
    for name, p in model.weights.items():
        p.copy_(sum(training[name] for training in trainings) / len(trainings))
    return model


class Encoder(torch.nn.Module):
    """One of them, as it is shipped: windows of one length, no padding."""

    def __init__(self, encoders, index):
        super().__init__()
        self.take = lambda name: encoders.of(name)[index].detach().float().cpu()
        self.layers = encoders.layers
        self.word = self.table("word")
        self.place = torch.nn.Parameter(self.take("place"))
        norms = [f"{layer}.{norm}.{part}" for layer in range(self.layers) for norm in NORM for part in "wb"] + ["first.w", "first.b"]
        self.norms = torch.nn.ParameterDict({name.replace(".", "_"): self.take(name) for name in norms})
        self.linears = torch.nn.ModuleDict()
        for layer in range(self.layers):
            self.linears[f"{layer}_qkv"] = linear(*(torch.cat([self.take(f"{layer}.{name}.{part}") for name in "qkv"]) for part in "wb"))
            for name in ("attended", "wide", "narrow"):
                self.linears[f"{layer}_{name}"] = linear(self.take(f"{layer}.{name}.w"), self.take(f"{layer}.{name}.b"))
        self.head = linear(self.take("head.w"), self.take("head.b"))

    def table(self, name):
        return torch.nn.Embedding.from_pretrained(self.take(name))

    def norm(self, x, name):
        return F.layer_norm(x, (WIDTH,), self.norms[f"{name}_w"], self.norms[f"{name}_b"], 1e-12)

    def read(self, x):
        batch, length, _ = x.shape
        x = self.norm(x + self.place[:length], "first")
        for layer in range(self.layers):
            q, k, v = self.linears[f"{layer}_qkv"](x).reshape(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
            seen = torch.softmax(q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5, -1) @ v
            x = self.norm(x + self.linears[f"{layer}_attended"](seen.transpose(1, 2).reshape(batch, length, WIDTH)), f"{layer}_afterAttention")
            x = self.norm(x + self.linears[f"{layer}_narrow"](F.gelu(self.linears[f"{layer}_wide"](x))), f"{layer}_afterWide")
        return x


def linear(weight, bias):
    made = torch.nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data, made.bias.data = weight, bias
    return made


def batches(lengths, order, size, random):
    """Windows of like length together, the batches in any order."""
    near = [sorted(order[i : i + 40 * size], key=lambda at: lengths[at]) for i in range(0, len(order), 40 * size)]
    parts = [np.array(part[i : i + size]) for part in near for i in range(0, len(part), size)]
    return [parts[i] for i in random.permutation(len(parts))]


def export(encoder, inputs, output, file):
    """Writes the encoder with 8-bit weights. inputs: their names, each batch × length. output: its axes."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = file.with_suffix(".f32.onnx")
    example = tuple(torch.zeros(2, 16, dtype=torch.int64) for _ in inputs)
    axes = {name: {0: "batch", 1: "length"} for name in inputs} | {"logits": output}
    torch.onnx.export(encoder.eval(), example, whole, dynamo=False, opset_version=17, input_names=inputs, output_names=["logits"], dynamic_axes=axes)
    quantize_dynamic(whole, file, weight_type=QuantType.QInt8)
