#!/usr/bin/env python3
"""Samples of the Tinker SDK in flight, then batches: its CPU time and memory, as tinker_bench prints ours.

    sdk_client.py URL SAMPLES TOKENS PROMPT BATCHES
"""
import asyncio
import json
import logging
import os
import resource
import sys
import time

os.environ.setdefault("TINKER_TELEMETRY", "0")
os.environ.setdefault("TINKER_API_KEY", "tml-dummy")

import numpy as np  # noqa: E402
import tinker  # noqa: E402  (reads the environment)
from tinker import types  # noqa: E402


VOCABULARY = 151_000


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def some_tokens(count):
    return [i * 7919 % VOCABULARY for i in range(count)]


async def one_sample(sampler, prompt, settings, tokens):
    """The tokens of a sample that is as it should be."""
    reply = await sampler.sample_async(prompt=prompt, num_samples=1, sampling_params=settings)
    [sequence] = reply.sequences
    if len(sequence.tokens) != tokens or len(sequence.logprobs) != tokens:
        raise ValueError(f"expected {tokens} tokens, found {len(sequence.tokens)}")
    return tokens


async def all_samples(sampler, samples, tokens, prompt):
    ids = types.ModelInput.from_ints(some_tokens(prompt))
    settings = types.SamplingParams(max_tokens=tokens, temperature=1.0, seed=1, stop=[1, 2])
    return await asyncio.gather(*[one_sample(sampler, ids, settings, tokens) for _ in range(samples)],
                                return_exceptions=True)


async def all_batches(trainer, batches, tokens):
    ids = some_tokens(tokens)
    datum = types.Datum(model_input=types.ModelInput.from_ints(ids), loss_fn_inputs={
        "target_tokens": np.array(ids, dtype=np.int64),
        "weights": np.ones(tokens, dtype=np.float32),
        "logprobs": -1 / (1 + np.array(ids, dtype=np.float32)),
        "advantages": 1 / (3 + np.arange(tokens, dtype=np.float32) % 5),
    })
    found = []
    for _ in range(batches):
        waited_for = await trainer.forward_backward_async([datum], "importance_sampling")
        reply = await waited_for.result_async()
        found.append(len(reply.loss_fn_outputs[0]["logprobs"].data))
    return found


def measure(what, work):
    before, start = used(), time.monotonic()
    found = asyncio.run(work)
    cpu, wall = used() - before, time.monotonic() - start
    good = [count for count in found if isinstance(count, int)]
    errors = [str(error) for error in found if not isinstance(error, int)]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": what, "good": len(good), "tokens": sum(good), "wall_s": wall, "cpu_s": cpu,
                      "cpu_s_per_1000": cpu * 1000 / max(1, len(good)), "peak_rss_mib": most,
                      "error": errors[0] if errors else ""}), flush=True)


def main():
    url, samples, tokens, prompt, batches = sys.argv[1], *map(int, sys.argv[2:])
    logging.disable(logging.WARNING)  # a line for each poll that is answered with "try again"
    service = tinker.ServiceClient(base_url=url)
    sampler = service.create_sampling_client(base_model="mock/model")
    measure("samples", all_samples(sampler, samples, tokens, prompt))
    if batches > 0:
        trainer = service.create_lora_training_client("mock/model")
        measure("batches", all_batches(trainer, batches, tokens))
    os._exit(0)  # without the SDK's own way out, which waits for the server


main()
