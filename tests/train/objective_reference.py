"""The objective's gradient by PyTorch's autograd, from the formulas alone, against the trainer's.

    objective_reference.py OBJECTIVE_DUMP

OBJECTIVE_DUMP is the program of that name: it makes a model, rollouts of it and the trainer's gradients. Nothing of the
trainer is used here but these files. Prints each tensor's largest relative error, the norm of the difference over the
norm of the reference, and exits with 1 where one is above the bound. Where PyTorch is missing it exits with 77.
"""

import json
import math
import mmap
import os
import struct
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError:
    print("PyTorch is missing: apt-get install python3-torch")
    sys.exit(77)

BOUND = 1e-4

# Formats of GGUF's metadata values by their type's number; 8 is a text, 9 an array.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class Gguf:
    """Metadata and F32 tensors of a GGUF file, in its order."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.at = 0
        assert self.take(4) == b"GGUF" and self.scalar("I") == 3, "GGUF, version 3"
        tensors, values = self.scalar("Q"), self.scalar("Q")
        self.metadata = {}
        for _ in range(values):
            key = self.text()
            self.metadata[key] = self.value(self.scalar("I"))
        infos = [self.info() for _ in range(tensors)]
        alignment = self.metadata.get("general.alignment", 32)
        data = (self.at + alignment - 1) // alignment * alignment
        self.tensors = {}
        for name, shape, offset in infos:
            count = math.prod(shape)
            values = struct.unpack_from(f"<{count}f", self.bytes, data + offset)
            self.tensors[name] = torch.tensor(values, dtype=torch.float64).reshape(shape)

    def take(self, size):
        self.at += size
        return self.bytes[self.at - size : self.at]

    def scalar(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def text(self):
        return self.take(self.scalar("Q")).decode("utf-8", "surrogateescape")

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            inner, count = self.scalar("I"), self.scalar("Q")
            return [self.value(inner) for _ in range(count)]
        return self.scalar(SCALARS[kind])

    def info(self):
        name = self.text()
        sizes = [self.scalar("Q") for _ in range(self.scalar("I"))]
        kind, offset = self.scalar("I"), self.scalar("Q")
        assert kind == 0, f"{name}: F32 is expected"
        return name, sizes[::-1], offset


class Llama:
    """The architecture "llama" as llama.cpp runs it, one sequence at a time."""

    def __init__(self, file):
        self.weights = {name: tensor.requires_grad_(True) for name, tensor in file.tensors.items()}
        of = file.metadata
        self.layers = of["llama.block_count"]
        self.heads = of["llama.attention.head_count"]
        self.kv_heads = of["llama.attention.head_count_kv"]
        self.epsilon = of["llama.attention.layer_norm_rms_epsilon"]
        self.base = of["llama.rope.freq_base"]
        self.head_width = of["llama.embedding_length"] // self.heads
        assert of["llama.rope.dimension_count"] == self.head_width

    def norm(self, x, name):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + self.epsilon) * self.weights[name]

    def turned(self, x):
        """Rotates each pair of neighbours by position times its speed. x: positions, heads, width."""
        pairs = torch.arange(0, self.head_width, 2, dtype=torch.float64)
        angles = torch.arange(x.shape[0], dtype=torch.float64)[:, None] * self.base ** (-pairs / self.head_width)
        cos, sin = angles.cos()[:, None, :], angles.sin()[:, None, :]
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)

    def attention(self, x, block):
        count = x.shape[0]
        q = self.turned((x @ self.weights[block + "attn_q.weight"].T).reshape(count, self.heads, self.head_width))
        k = self.turned((x @ self.weights[block + "attn_k.weight"].T).reshape(count, self.kv_heads, self.head_width))
        v = (x @ self.weights[block + "attn_v.weight"].T).reshape(count, self.kv_heads, self.head_width)
        shared = self.heads // self.kv_heads
        future = torch.ones(count, count, dtype=torch.bool).triu(1)
        out = []
        for head in range(self.heads):
            scores = q[:, head] @ k[:, head // shared].T / math.sqrt(self.head_width)
            out.append(torch.softmax(scores.masked_fill(future, -math.inf), -1) @ v[:, head // shared])
        return torch.cat(out, -1) @ self.weights[block + "attn_output.weight"].T

    def feed_forward(self, x, block):
        gate = x @ self.weights[block + "ffn_gate.weight"].T
        up = x @ self.weights[block + "ffn_up.weight"].T
        return (gate * torch.sigmoid(gate) * up) @ self.weights[block + "ffn_down.weight"].T

    def logits(self, tokens):
        x = self.weights["token_embd.weight"][tokens]
        for layer in range(self.layers):
            block = f"blk.{layer}."
            x = x + self.attention(self.norm(x, block + "attn_norm.weight"), block)
            x = x + self.feed_forward(self.norm(x, block + "ffn_norm.weight"), block)
        output = self.weights.get("output.weight", self.weights["token_embd.weight"])
        return self.norm(x, "output_norm.weight") @ output.T


def learns(call, gradient):
    return gradient == "all" or call["role"] == {"refine": "final", "drafts": "draft"}[gradient]


def sampled_tokens(model, rollout, gradient, temperature):
    """Log-probabilities, now and when sampled, of the tokens of a rollout that were sampled and learn."""
    now, then = [], []
    for call in rollout["calls"]:
        if not learns(call, gradient):
            continue
        tokens = call["prompt"] + call["ids"]
        logprobs = torch.log_softmax(model.logits(torch.tensor(tokens)) / temperature, -1)
        for i, token in enumerate(call["ids"]):
            if call["forced"][i] == 0:
                now.append(logprobs[len(call["prompt"]) + i - 1, token])
                then.append(call["logprobs"][i])
    if not now:
        return torch.zeros(0, dtype=torch.float64), torch.zeros(0, dtype=torch.float64)
    return torch.stack(now), torch.tensor(then, dtype=torch.float64)


def deviation(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def advantages(groups, scale):
    """By prompt: rewards less their mean, over the deviation of the group or of all that are left after the means."""
    centred = {p: [r["reward"] - sum(x["reward"] for x in g) / len(g) for r in g] for p, g in groups.items()}
    batch = math.sqrt(sum(a * a for g in centred.values() for a in g) / sum(len(g) for g in centred.values()))
    for prompt, group in groups.items():
        by = {"group": deviation([r["reward"] for r in group]), "batch": batch, "none": 1}[scale]
        for rollout, value in zip(group, centred[prompt]):
            rollout["advantage"] = value / by


def surrogate(rollout, case):
    """What each token adds to J_policy."""
    a = rollout["advantage"]
    ratio = torch.exp(rollout["now"] - rollout["then"])
    clipped = ratio.clamp(case["is_clip_min"], case["is_clip_max"])
    if case["surrogate"] == "cispo":
        return clipped.detach() * a * rollout["now"]
    if case["surrogate"] == "clip":
        return torch.minimum(ratio * a, clipped * a)
    return a * rollout["now"]


def policy_part(groups, case):
    sums = {prompt: sum(surrogate(r, case).sum() for r in group) for prompt, group in groups.items()}
    tokens = {prompt: sum(len(r["now"]) for r in group) for prompt, group in groups.items()}
    if case["aggregation"] == "batch_token":
        return sum(sums.values()) / sum(tokens.values())
    return sum(sums[p] / tokens[p] for p in groups) / len(groups)


def sft_part(groups):
    positive = [r for group in groups.values() for r in group if r["right"] and len(r["now"]) > 0]
    return sum(r["now"].mean() for r in positive) / len(positive) if positive else 0


def groups_of(arm):
    """Judged rollouts by prompt; prompts whose rewards are all alike teach nothing."""
    groups = {}
    for rollout in arm["rollouts"]:
        if rollout["reward"] is not None:
            groups.setdefault(rollout["prompt"], []).append(rollout)
    return {p: g for p, g in groups.items() if len({r["reward"] for r in g}) > 1}


def objective(arms, shares, case):
    out = 0
    for groups, share in zip(arms, shares):
        advantages(groups, case["scale"])
        out = out + share * (policy_part(groups, case) + case["alpha"] * sft_part(groups))
    return out


def say_what_is_compared(arms, cases):
    rollouts = [r for groups in arms for group in groups.values() for r in group]
    ratios = torch.cat([torch.exp(r["now"] - r["then"]).detach() for r in rollouts])
    forced = sum(sum(call["forced"]) for r in rollouts for call in r["calls"])
    case = cases[0]
    outside = ((ratios < case["is_clip_min"]) | (ratios > case["is_clip_max"])).sum().item()
    prompts = [len(groups) for groups in arms]
    print(
        f"  prompts {prompts}, {len(rollouts)} rollouts, {len(ratios)} tokens that learn, {forced} forced; ratios "
        f"{ratios.min():.2f} to {ratios.max():.2f}, {outside} outside {case['is_clip_min']} to {case['is_clip_max']}"
    )
    assert forced > 0 and outside > 50, "forced tokens and clipped ratios are to be compared too"


def compare(folder):
    with open(os.path.join(folder, "rollouts.json"), encoding="utf-8") as file:
        data = json.load(file)
    model = Llama(Gguf(os.path.join(folder, "model.gguf")))
    arms = [groups_of(arm) for arm in data["arms"]]
    for arm, groups in zip(data["arms"], arms):
        for rollout in (r for group in groups.values() for r in group):
            rollout["now"], rollout["then"] = sampled_tokens(model, rollout, arm["gradient"], data["temperature"])
    say_what_is_compared(arms, data["cases"])
    worst = dict.fromkeys(model.weights, 0.0)
    for case in data["cases"]:
        loss = -objective(arms, data["shares"], case)
        expected = torch.autograd.grad(loss, list(model.weights.values()), retain_graph=True)
        with open(os.path.join(folder, case["name"] + ".f32"), "rb") as file:
            found = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).double()
        assert len(found) == sum(e.numel() for e in expected), "a gradient for each weight"
        for name, reference in zip(model.weights, expected):
            ours, found = found[: reference.numel()].reshape(reference.shape), found[reference.numel() :]
            error = ((ours - reference).norm() / reference.norm()).item()
            worst[name] = max(worst[name], error if math.isfinite(error) else math.inf)
            if not error <= BOUND:
                print(f"  {case['name']}, {name}: {error:.2e}")
    for name, error in worst.items():
        print(f"  {name:28} {error:.1e}")
    return max(worst.values())


def main():
    largest = 0.0
    for variant in ("plain", "tied"):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.argv[1], folder, variant], check=True)
            print(variant)
            largest = max(largest, compare(folder))
    print(f"largest relative error {largest:.1e}, bound {BOUND:.0e}")
    return 0 if largest <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
