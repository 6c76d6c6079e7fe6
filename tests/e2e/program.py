"""Running the built program: in a home of its own, with no settings from outside."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from mock_server import MockServer

PROGRAM = os.environ["RETORT_PROGRAM"]
TIMEOUT_S = 60


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)


class ProgramTest(unittest.TestCase):
    """A test with a folder, a clean environment and a mock server."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="retort-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.environment = {"HOME": self.folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        for kept in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if kept in os.environ:
                self.environment[kept] = os.environ[kept]
        self.mock = MockServer()
        self.addCleanup(self.mock.close)
        self.behaviour = self.mock.behaviour

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def run_program(self, *arguments, stdin=b"", environment=None, **options):
        options.setdefault("stdout", subprocess.PIPE)
        done = subprocess.run(
            [PROGRAM, *arguments],
            input=stdin,
            stderr=subprocess.PIPE,
            env={**self.environment, **(environment or {})},
            cwd=self.folder,
            timeout=TIMEOUT_S,
            **options,
        )
        if done.stdout is None:
            done.stdout = b""
        return Result(done)

    def solve(self, *arguments, **options):
        """`solve` over the mock server."""
        return self.run_program("solve", *arguments, "--url", self.mock.url, "--model", "mock-1", **options)

    def start(self, *arguments):
        return subprocess.Popen(
            [PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.folder,
        )

    def wait_until(self, condition, what):
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            self.assertLess(time.monotonic(), end, "waited for: " + what)
            time.sleep(0.005)

    def interrupt(self, process, number=signal.SIGINT):
        process.send_signal(number)
        out, err = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, out.decode(), err.decode()


def without_times(value):
    """A result without what depends on the clock."""
    if isinstance(value, dict):
        return {key: without_times(inner) for key, inner in value.items() if key != "wall_s"}
    if isinstance(value, list):
        return [without_times(inner) for inner in value]
    return value
