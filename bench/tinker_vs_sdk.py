#!/usr/bin/env python3
"""Thousands of samples in flight: our client of training servers beside the Python SDK of Tinker, on the same mock server.

    bench/tinker_vs_sdk.py build/bin/tinker_bench [--samples 5000] [--tokens 16384] [--rounds 3] [--wire json|proto]
        [--out FILE]

Prints a table of CPU seconds (user and system, of the client's process alone) a thousand samples, of what a client takes of
memory at the most, and of the seconds by the clock; medians, in brackets the least and the most. Then the same of requests
of forward_backward. The clients alternate within a round, each with a server of its own, which answers as fast as it is
read from: a client that reads answers faster than it takes them apart keeps them in memory meanwhile.

The SDK is the last one that speaks JSON, or with --wire proto one that speaks the binary form; it is installed into a folder of its own, and measured as it comes but for two
settings in its favour: no telemetry, and no line for each poll that is answered with "try again".
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
SDK = {"json": "tinker==0.24.1", "proto": "tinker==0.38.0"}
PATIENCE_S = 900
COLUMNS = {"cpu_s_per_1000": ("CPU s a thousand", 2), "wall_s": ("wall s", 1), "peak_rss_mib": ("most RSS MiB", 0)}


def run(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def sdk_python(folder, sdk):
    """A Python that has the SDK."""
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
        run([python, "-m", "pip", "install", "--quiet", sdk])
    return python


class Server:
    """The mock server, as long as the block lasts."""

    def __init__(self, asked):
        self.command = [sys.executable, os.path.join(HERE, "tinker", "mock_server.py"), "--tokens", str(asked.tokens),
                        "--hold", str(asked.samples)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        return "http://127.0.0.1:" + self.process.stdout.readline().strip()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def measure(asked, command):
    """What a client says of itself: an object a line."""
    with Server(asked) as url:
        said = subprocess.run([part.replace("URL", url) for part in command], stdout=subprocess.PIPE, text=True,
                              timeout=PATIENCE_S, check=False).stdout
    found = {line["what"]: line for line in map(json.loads, said.splitlines())}
    wanted = {"samples": asked.samples, "batches": asked.batches}
    for what, count in wanted.items():
        if what in found and found[what]["good"] != count:
            raise RuntimeError(f"{command[0]}: {found[what]['good']} of {count} {what}: {found[what]['error']}")
    return found


def spread(values, digits):
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def table(results, what, columns):
    lines = [["client"] + [COLUMNS[column][0] for column in columns]]
    for name, rounds in results.items():
        lines.append([name] + [spread([found[what][column] for found in rounds], COLUMNS[column][1])
                               for column in columns])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def times(results, what, column):
    """How many times ours the SDK takes, round by round."""
    return spread([sdk[what][column] / ours[what][column]
                   for sdk, ours in zip(results["tinker SDK"], results["retort"])], 1)


def report(asked, results, loads):
    commit = run(["git", "-C", HERE, "describe", "--always", "--dirty=+changes", "--exclude=*"]).strip()
    rounds = "1 round" if asked.rounds == 1 else f"{asked.rounds} rounds"
    before = ", ".join(f"{load:.1f}" for load in loads)
    out = [f"retort, commit {commit}; {SDK[asked.wire]}, Python {platform.python_version()}. {os.cpu_count()} cores that other work "
           f"shares, {platform.system()}.",
           f"{rounds}: medians, in brackets the least and the most. Load of the machine before each round: {before}.", "",
           f"{asked.samples:,} samples of {asked.tokens:,} tokens in flight, prompts of {asked.prompt:,}", "",
           table(results, "samples", list(COLUMNS)), "",
           f"The SDK takes {times(results, 'samples', 'cpu_s_per_1000')} times our CPU seconds and "
           f"{times(results, 'samples', 'peak_rss_mib')} times our memory."]
    if asked.batches:
        out += ["", f"{asked.batches:,} requests of forward_backward, each of one datum of {asked.tokens:,} tokens, one "
                    "after the other", "", table(results, "batches", ["cpu_s_per_1000", "wall_s"]), "",
                f"The SDK takes {times(results, 'batches', 'cpu_s_per_1000')} times our CPU seconds."]
    return "\n".join(out) + "\n"


def main():
    options = argparse.ArgumentParser(description="Our client of training servers beside the SDK")
    options.add_argument("tinker_bench")
    options.add_argument("--samples", type=int, default=5000, help="in flight")
    options.add_argument("--tokens", type=int, default=16384, help="of a sample, and of a datum")
    options.add_argument("--prompt", type=int, default=512, help="tokens of a prompt")
    options.add_argument("--batches", type=int, default=100, help="requests of forward_backward")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--wire", choices=SDK, default="json", help="the protocol's form")
    options.add_argument("--sdk", help="the folder of the SDK's environment; made where it is not there")
    options.add_argument("--out", help="a file for the table")
    asked = options.parse_args()
    folder = asked.sdk or os.path.join(tempfile.gettempdir(), f"retort-tinker-sdk-{asked.wire}")
    python = sdk_python(os.path.abspath(folder), SDK[asked.wire])
    counts = [str(number) for number in (asked.samples, asked.tokens, asked.prompt, asked.batches)]
    commands = {
        "retort": [os.path.abspath(asked.tinker_bench), "--url", "URL", "--samples", counts[0], "--tokens", counts[1],
                   "--prompt", counts[2], "--batches", counts[3], "--wire", asked.wire],
        "tinker SDK": [python, os.path.join(HERE, "tinker", "sdk_client.py"), "URL"] + counts,
    }
    results = {name: [] for name in commands}
    loads = []
    for number in range(asked.rounds):
        loads.append(os.getloadavg()[0])
        for name, command in commands.items():
            found = measure(asked, command)
            results[name].append(found)
            print(f"round {number + 1}, {name}: {json.dumps(found)}", file=sys.stderr, flush=True)
    text = report(asked, results, loads)
    print(text)
    if asked.out:
        with open(asked.out, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
