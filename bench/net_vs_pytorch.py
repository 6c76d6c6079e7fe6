#!/usr/bin/env python3
"""The same Llama in eager PyTorch: training and decoding speed, beside net_bench's, in one run on one machine.

    net_vs_pytorch.py NET_BENCH [--threads 2] [--rounds 3] [--sizes small,medium,large]

Prints a table of tokens a second. PyTorch pads a batch of sequences of like length; both see the same lengths. Decoding
in PyTorch has a KV cache of fixed room and one step a token, as a careful user would write it.
"""
import argparse
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

SIZES = {  # width, layers, heads, feed_forward: about 0.5, 0.9, 3 and 10 million parameters
    "tiny": (96, 4, 4, 256),
    "small": (128, 4, 4, 344),
    "medium": (256, 4, 8, 688),
    "large": (384, 6, 6, 1024),
}
VOCABULARY = 300


class Layer(torch.nn.Module):
    def __init__(self, d, h, f):
        super().__init__()
        self.h = h
        self.n1 = torch.nn.Parameter(torch.ones(d))
        self.n2 = torch.nn.Parameter(torch.ones(d))
        self.qkv = torch.nn.Linear(d, 3 * d, bias=False)
        self.o = torch.nn.Linear(d, d, bias=False)
        self.gate_up = torch.nn.Linear(d, 2 * f, bias=False)
        self.down = torch.nn.Linear(f, d, bias=False)

    @staticmethod
    def norm(x, g):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * g

    @staticmethod
    def rope(x, cos, sin):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)

    def forward(self, x, cos, sin, cache=None, at=None):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm(x, self.n1)).view(b, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        q, k = self.rope(q, cos, sin), self.rope(k, cos, sin)
        if cache is None:
            a = attention(q, k, v, causal=True)
        else:
            cache[0][:, :, at:at + t] = k
            cache[1][:, :, at:at + t] = v
            a = attention(q, cache[0][:, :, :at + t], cache[1][:, :, :at + t], causal=False)
        x = x + self.o(a.transpose(1, 2).reshape(b, t, d))
        g, u = self.gate_up(self.norm(x, self.n2)).chunk(2, -1)
        return x + self.down(F.silu(g) * u)


def attention(q, k, v, causal):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    s = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
    if causal:
        s = s.masked_fill(torch.ones(s.shape[-2:], dtype=torch.bool).triu(1), float("-inf"))
    return s.softmax(-1) @ v


class Llama(torch.nn.Module):
    def __init__(self, d, layers, h, f):
        super().__init__()
        self.e = torch.nn.Embedding(VOCABULARY, d)
        self.layers = torch.nn.ModuleList(Layer(d, h, f) for _ in range(layers))
        self.n = torch.nn.Parameter(torch.ones(d))
        self.out = torch.nn.Linear(d, VOCABULARY, bias=False)
        speeds = 10000.0 ** (-torch.arange(0, d // h, 2) / (d // h))
        angles = torch.arange(1024)[:, None] * speeds
        self.cos, self.sin = angles.cos(), angles.sin()

    def forward(self, tokens, caches=None, at=0):
        x = self.e(tokens)
        t = tokens.shape[1]
        for i, layer in enumerate(self.layers):
            x = layer(x, self.cos[at:at + t], self.sin[at:at + t], None if caches is None else caches[i], at)
        return self.out(Layer.norm(x, self.n))


def train_rate(model, lengths, pack_tokens, seconds):
    batches = []
    lengths = sorted(lengths)
    while lengths:
        batch = []
        while lengths and (len(batch) + 1) * lengths[-1] <= pack_tokens * 1.15 or not batch:
            batch.append(lengths.pop())
            if not lengths or (len(batch) + 1) * batch[0] > pack_tokens:
                break
        batches.append(batch)
    data = []
    for batch in batches:
        tokens = torch.randint(0, VOCABULARY, (len(batch), max(batch)))
        mask = torch.zeros(len(batch), max(batch) - 1)
        for i, n in enumerate(batch):
            mask[i, :n - 1] = 1
        data.append((tokens, mask))
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def step():
        for tokens, mask in data:
            logits = model(tokens)[:, :-1]
            loss = F.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1), reduction="none")
            (loss.view_as(mask) * mask).sum().div(4096).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    step()
    start, tokens = time.time(), 0
    while time.time() - start < seconds:
        step()
        tokens += sum(map(sum, batches))
    return tokens / (time.time() - start)


@torch.no_grad()
def decode_rate(model, rows, steps, seconds):
    d = model.e.embedding_dim
    h = model.layers[0].h
    start, written = time.time(), 0
    while time.time() - start < seconds:
        caches = [(torch.zeros(rows, h, 16 + steps, d // h), torch.zeros(rows, h, 16 + steps, d // h))
                  for _ in model.layers]
        model(torch.ones(rows, 12, dtype=torch.long), caches, 0)
        for i in range(steps):
            model(torch.full((rows, 1), 2), caches, 12 + i)[:, -1].contiguous()
        written += rows * steps
    return written / (time.time() - start)


def ours(program, size, args):
    d, layers, h, f = SIZES[size]
    said = subprocess.run([program, "--width", str(d), "--layers", str(layers), "--heads", str(h), "--feed-forward",
                           str(f), "--vocabulary", str(VOCABULARY), "--threads", str(args.threads), "--seconds",
                           str(args.seconds), "--pack", str(args.pack), "--device", args.device],
                          check=True, capture_output=True, text=True).stdout
    number = lambda pattern: float(re.search(pattern, said)[1])
    return {"trained": number(r"training +(\d+)"), "decoded": number(r"decoding +(\d+)"),
            "memory": number(r"memory +(\d+)"), "millions": number(r"([\d.]+)M parameters"),
            "peak": number(r"products +([\d.]+)")}


def theirs(size, args):
    """Measured in a process of its own, so that the memory is its own too."""
    torch.set_num_threads(args.threads)
    random.seed(2)
    lengths = [100 + random.randrange(200) for _ in range(64)]
    model = Llama(*SIZES[size])
    return {"trained": train_rate(model, lengths, args.pack, args.seconds),
            "decoded": decode_rate(model, 256, 128, args.seconds),
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--pack", type=int, default=2048)
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--device", default="cpu", help="of net_bench")
    parser.add_argument("--theirs", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.theirs:
        print(json.dumps(theirs(args.theirs, args)))
        return
    print(f"PyTorch {torch.__version__}, {args.threads} threads, medians of {args.rounds} rounds, tokens/s; "
          "memory at most, each whole process")
    for size in args.sizes.split(","):
        a, b = [], []
        for _ in range(args.rounds):
            a.append(ours(args.program, size, args))
            b.append(json.loads(subprocess.run([sys.executable, *sys.argv, "--theirs", size], check=True,
                                               capture_output=True, text=True).stdout))
        mine = {key: statistics.median(one[key] for one in a) for key in a[0]}
        other = {key: statistics.median(one[key] for one in b) for key in b[0]}
        used = 6e-3 * mine["trained"] * mine["millions"]
        print(f"{size:7} {mine['millions']:6.2f}M  "
              f"training {mine['trained']:7.0f} / {other['trained']:7.0f} = {mine['trained'] / other['trained']:4.2f}x   "
              f"decoding {mine['decoded']:7.0f} / {other['decoded']:7.0f} = {mine['decoded'] / other['decoded']:4.2f}x   "
              f"{used:5.1f} of {mine['peak']:5.1f} GFLOP/s in weights' products   "
              f"memory {mine['memory']:4.0f} / {other['memory']:4.0f} MB")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
