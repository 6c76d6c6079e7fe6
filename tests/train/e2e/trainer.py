"""Running `retort-train`: in a folder of its own, over a run so small that it takes a second of computing."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["RETORT_TRAIN_PROGRAM"]
TIMEOUT_S = 240

# Rewards differ by the length of what was written: a model that has learnt nothing learns from them all the same.
CONFIG = """
task = "countdown"
seed = 3
threads = 1
checkpoint_every = 2
model = {width = 32, layers = 2, heads = 2, feed_forward = 48, context = 512}
sft = {steps = 4, batch_tokens = 800, lr = 3e-3, warmup = 2}
data = {count = 40}
reward = {length = -5}

[rl]
steps = 4
prompts = 4
generations = 4
updates = 2
lr = 3e-4
warmup = 0
trace = {share = 1, think = 24, max_answer = 12}
op = {share = 1, operator = "pdr:2", k = 2, workspace = 64, think = 16, max_answer = 12}

[eval]
count = 3
every = 3
operators = ["cot think=16 max_answer=12"]
"""
STEPS = 8


class Result:
    def __init__(self, code, err):
        self.code = code
        self.err = err


class TrainTest(unittest.TestCase):
    """A test with a folder that holds config.toml; the run lies in its folder `run`, named so in all tests."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="retort-train-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.write("config.toml", CONFIG)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def command(self, *words):
        return [PROGRAM, "config.toml", "run=run", *words]

    def train(self, *words, **options):
        done = subprocess.run(
            self.command(*words), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False, **options,
        )
        return Result(done.returncode, done.stderr.decode())

    def start(self, *words):
        process = subprocess.Popen(
            self.command(*words), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for_rows(self, process, count):
        end = time.monotonic() + TIMEOUT_S
        while len(self.lines()) < count:
            self.assertLess(time.monotonic(), end, f"waited for {count} rows of metrics")
            self.assertIsNone(process.poll(), "the run has ended")
            time.sleep(0.005)

    def stopped(self, *words, rows=3):
        """A run that was stopped by SIGTERM after so many rows."""
        process = self.start(*words)
        self.wait_for_rows(process, rows)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=TIMEOUT_S)
        return Result(process.returncode, err.decode())

    def lines(self):
        try:
            with open(self.path("run", "metrics.jsonl"), encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def rows(self):
        """Rows of metrics without what depends on the clock."""
        rows = [json.loads(line) for line in self.lines()]
        return [{key: value for key, value in row.items() if not key.startswith("time/")} for row in rows]

    def bytes_of(self, name):
        with open(self.path("run", name), "rb") as file:
            return file.read()

    def checkpoints(self):
        """Latest first."""
        return sorted((n for n in os.listdir(self.path("run")) if n.startswith("checkpoint-")), reverse=True)
