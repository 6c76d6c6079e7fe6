#!/usr/bin/env python3
"""Samples of the Tinker SDK in flight: its CPU time and memory, as tinker_bench prints ours.

    sdk_client.py URL SAMPLES TOKENS PROMPT
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

import tinker  # noqa: E402  (reads the environment)
from tinker import types  # noqa: E402


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def one(sampler, prompt, settings, tokens):
    """The tokens of a sample that is as it should be."""
    reply = await sampler.sample_async(prompt=prompt, num_samples=1, sampling_params=settings)
    [sequence] = reply.sequences
    if len(sequence.tokens) != tokens or len(sequence.logprobs) != tokens:
        raise ValueError(f"expected {tokens} tokens, found {len(sequence.tokens)}")
    return len(sequence.tokens)


async def measure(sampler, samples, tokens, prompt):
    ids = types.ModelInput.from_ints([i * 7919 % 151_000 for i in range(prompt)])
    settings = types.SamplingParams(max_tokens=tokens, temperature=1.0, seed=1, stop=[1, 2])
    before, start = used(), time.monotonic()
    found = await asyncio.gather(*[one(sampler, ids, settings, tokens) for _ in range(samples)],
                                 return_exceptions=True)
    cpu, wall = used() - before, time.monotonic() - start
    good = [count for count in found if isinstance(count, int)]
    errors = [str(error) for error in found if not isinstance(error, int)]
    return {"what": "samples", "good": len(good), "tokens": sum(good), "wall_s": wall, "cpu_s": cpu,
            "cpu_s_per_1000": cpu * 1000 / max(1, len(good)), "error": errors[0] if errors else ""}


def main():
    url, samples, tokens, prompt = sys.argv[1], *map(int, sys.argv[2:])
    logging.disable(logging.WARNING)  # a line for each poll that is answered with "try again"
    service = tinker.ServiceClient(base_url=url)
    sampler = service.create_sampling_client(base_model="mock/model")
    result = asyncio.run(measure(sampler, samples, tokens, prompt))
    result["peak_rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result), flush=True)
    os._exit(0 if result["good"] == samples else 1)


main()
