"""`retort train` as a process, and what its run's folder holds."""

import json
import os
import subprocess
import time


class Client:
    """One run of one configuration; started as often as it takes."""

    def __init__(self, retort, config, url, run, words=()):
        self.command = [retort, "train", config, f"url={url}", f"run={run}", *words]
        self.run = run
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()

    def start(self, *options):
        os.makedirs(os.path.dirname(self.run), exist_ok=True)
        with open(self.run + ".log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.command, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self, seconds):
        """Its exit status, or None when it still runs after so long."""
        try:
            return self.process.wait(timeout=max(0, seconds))
        except subprocess.TimeoutExpired:
            return None

    def whole(self, limit_s):
        """From nothing to its end: seconds. Raises when it fails, or is not done by then."""
        began = time.monotonic()
        self.start()
        status = self.wait(limit_s)
        if status is None:
            self.kill()
            raise RuntimeError(f"retort train is not done after {limit_s:.0f} s:\n{self.last_lines()}")
        if status != 0:
            raise RuntimeError(f"retort train ended with status {status}:\n{self.last_lines()}")
        return time.monotonic() - began

    @property
    def model(self):
        return os.path.join(self.run, "model.gguf")

    def rows(self):
        with open(os.path.join(self.run, "metrics.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def last_lines(self, count=20):
        with open(self.run + ".log", encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-count:])
