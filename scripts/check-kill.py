#!/usr/bin/env python3
"""Kills `retort solve --journal`, or an `eval`, with SIGKILL at random moments and resumes it.

After each resume: the result is that of an unbroken run, and the server was asked no call twice whose completion
the journal had. Takes the program, the mock server, the number of kills, and which command:

    scripts/check-kill.py build/bin/retort build/bin/retort-mock-server 200 solve
    scripts/check-kill.py build/bin/retort build/bin/retort-mock-server 50 eval      (16 samples in flight)
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request


def counts(url):
    with urllib.request.urlopen(url.removesuffix("/v1") + "/counts", timeout=5) as reply:
        return json.load(reply)


COMMON = ["--model", "mock", "--distiller", "topk-each", "--seed", "5", "--json"]


class Solve:
    def __init__(self, program, _folder):
        self.program = program

    def command(self, url, journal, *more):
        return [self.program, "solve", "What is one and two?", "--operator", "pdr:8,4,2", "--url", url, "--journal", journal,
                *COMMON, *more]

    def calls(self, result):
        return result["budget"]["calls"]


class Eval:
    def __init__(self, program, folder):
        self.program = program
        self.suite = os.path.join(folder, "suite.jsonl")
        with open(self.suite, "w", encoding="utf-8") as file:
            for i in range(20):
                file.write(json.dumps({"id": f"p{i}", "problem": f"What is {i} and one?", "answer": str(i)}) + "\n")

    def command(self, url, journal, *more):
        return [self.program, "eval", "--suite", self.suite, "--samples", "2", "--concurrency", "16", "--operator", "pdr:3,2",
                "--url", url, "--journal", journal, *COMMON, *more]

    def calls(self, result):
        return result["calls"]


TIMES = ("wall_s", "sample_wall_s", "resumed_calls")


def without_times(text):
    def strip(value):
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in TIMES}
        return [strip(item) for item in value] if isinstance(value, list) else value
    return strip(json.loads(text))


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def lost_calls(journal):
    with sqlite3.connect(journal) as database:
        return database.execute("select count(*) from outcome where finish = 'lost'").fetchone()[0]


def one_kill(kind, url, folder, index, whole_s, expected, chance):
    journal = os.path.join(folder, f"{index}.db")
    before = counts(url)["requests"]
    process = subprocess.Popen(kind.command(url, journal), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0, whole_s * 1.05))
    process.kill()
    process.wait()
    resumed = run(kind.command(url, journal, "--resume"))
    if resumed.returncode != 0:
        return f"exit {resumed.returncode}: {resumed.stderr}"
    if without_times(resumed.stdout) != expected:
        return "another answer than the unbroken run's"
    calls = kind.calls(expected)
    asked = counts(url)["requests"] - before
    if asked > calls + lost_calls(journal):
        return f"{asked} requests for {calls} calls, {lost_calls(journal)} of them lost at the kill"
    os.unlink(journal)
    return None


def main():
    program, mock, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])
    which = {"solve": Solve, "eval": Eval}[sys.argv[4] if len(sys.argv) > 4 else "solve"]
    server = subprocess.Popen([mock, "--port", "0", "--latency-ms", "30", "--between-ms", "3", "--bad-selection"],
                              stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    chance = random.Random(7)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        kind = which(program, folder)
        began = time.monotonic()
        unbroken = run(kind.command(url, os.path.join(folder, "unbroken.db")))
        whole_s = time.monotonic() - began
        expected = without_times(unbroken.stdout)
        for index in range(kills):
            problem = one_kill(kind, url, folder, index, whole_s, expected, chance)
            if problem:
                failures += 1
                print(f"kill {index}: {problem}")
    server.kill()
    print(f"{kills - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
