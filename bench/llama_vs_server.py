"""What bench/llama_vs_server.sh runs. Every contestant gets the same prompt tokens, a new prompt in each round, the same
sampling (temperature 1, nothing else) and writes to its limit."""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def prompt_tokens(count, round_number):
    """As bench/llama_bench.cpp makes them."""
    seed, out = round_number, []
    for _ in range(count):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(1000 + (seed >> 33) % 40000)
    return out


class Ours:
    name = "retort"

    def __init__(self, options):
        self.options = options

    def run(self, round_number):
        o = self.options
        done = subprocess.run(
            [os.path.join(o.bin, "llama_bench"), o.model, "--drafts", str(o.drafts), "--prompt", str(o.prompt), "--tokens",
             str(o.tokens), "--threads", str(o.threads), "--first-round", str(round_number)],
            capture_output=True, text=True, check=True)
        result = json.loads(done.stdout.splitlines()[-1])
        assert result["out"] == o.drafts * o.tokens, result
        return result["wall_s"]

    def close(self):
        pass


class BatchedBench:
    """The limit: no sampling, no text, no requests."""

    def __init__(self, options, name, flags, cells):
        self.options, self.name, self.flags, self.cells = options, name, flags, cells

    def run(self, _):
        o = self.options
        done = subprocess.run(
            [os.path.join(o.llama_bin, "llama-batched-bench"), "-m", o.model, "-c", str(self.cells), "-b", "2048", "-ub", "512",
             "-npp", str(o.prompt), "-ntg", str(o.tokens), "-npl", str(o.drafts), "-pps", "-t", str(o.threads), "-tb",
             str(o.threads), "--output-format", "jsonl", *self.flags],
            capture_output=True, text=True, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return rows[-1]["t"]

    def close(self):
        pass


class Server:
    def __init__(self, options, name, flags, together):
        self.options, self.name, self.together = options, name, together
        self.port = free_port()
        cells = options.drafts * (options.prompt + options.tokens + 256)
        self.process = subprocess.Popen(
            [os.path.join(options.llama_bin, "llama-server"), "-m", options.model, "--host", "127.0.0.1", "--port",
             str(self.port), "-c", str(cells), "-np", str(options.drafts), "-t", str(options.threads), "-tb",
             str(options.threads), *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("llama-server did not start")

    def post(self, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/completion", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=1200) as answer:
            return json.loads(answer.read())

    def body(self, round_number, seed):
        o = self.options
        return {"prompt": prompt_tokens(o.prompt, round_number), "n_predict": o.tokens, "ignore_eos": True, "seed": seed,
                "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "samplers": ["temperature"]}

    def run(self, round_number):
        drafts = self.options.drafts
        answers = [None] * drafts
        start = time.monotonic()
        if self.together:
            answers = self.post({**self.body(round_number, 1), "n_cmpl": drafts})
        else:
            def ask(i):
                answers[i] = self.post(self.body(round_number, i))
            threads = [threading.Thread(target=ask, args=(i,)) for i in range(drafts)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        seconds = time.monotonic() - start
        written = [answer["tokens_predicted"] for answer in answers]
        assert written == [self.options.tokens] * drafts, written
        return seconds

    def close(self):
        self.process.terminate()
        self.process.wait()


def contestants(o):
    shared = o.prompt + o.drafts * o.tokens
    split = o.drafts * (o.prompt + o.tokens + 256)
    return {
        "retort": lambda: Ours(o),
        "batched-bench unified": lambda: BatchedBench(o, "batched-bench unified", ["-kvu", "-fa", "off"], shared + 256),
        "batched-bench default": lambda: BatchedBench(o, "batched-bench default", [], split),
        "server n": lambda: Server(o, "server n", [], True),
        "server n unified": lambda: Server(o, "server n unified", ["-kvu", "-fa", "off"], True),
        "server concurrent": lambda: Server(o, "server concurrent", [], False),
        "server concurrent unified": lambda: Server(o, "server concurrent unified", ["-kvu", "-fa", "off"], False),
    }


def arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(prog="llama_vs_server.sh")
    parser.add_argument("model")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--drafts", type=int, default=16)
    parser.add_argument("--prompt", type=int, default=1024)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--bin", default=os.path.join(here, "..", "build", "bin"))
    parser.add_argument("--llama-bin", default=os.path.join(here, "..", "build", "bin"))
    parser.add_argument("--only", default="")
    parser.add_argument("--json", default="")
    return parser.parse_args()


def report(times):
    ours = statistics.median(times["retort"]) if "retort" in times else None
    print(f"{'':28} {'median s':>9} {'least':>7} {'most':>7} {'retort is':>12}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        ratio = f"{median / ours:.2f}x as fast" if ours else ""
        print(f"{name:28} {median:9.2f} {min(seconds):7.2f} {max(seconds):7.2f} {ratio:>12}")


def main():
    options = arguments()
    wanted = [name for name in options.only.split(",") if name]
    made = {name: make() for name, make in contestants(options).items() if not wanted or name in wanted}
    times = {name: [] for name in made}
    try:
        for round_number in range(1, options.repeat + 1):
            for name, contestant in made.items():
                times[name].append(contestant.run(round_number))
                print(f"round {round_number} {name}: {times[name][-1]:.2f} s", file=sys.stderr)
    finally:
        for contestant in made.values():
            contestant.close()
    report(times)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(times, out)


main()
