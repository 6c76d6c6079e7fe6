#!/usr/bin/env python3
"""Kills `retort solve --journal` with SIGKILL at random moments and resumes it.

After each resume: the answer is that of an unbroken run, and the server was asked no call twice whose completion
the journal had. Takes the program, the mock server, and the number of kills:

    scripts/check-kill.py build/bin/retort build/bin/retort-mock-server 200
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


def solve(program, url, journal, *more):
    return [program, "solve", "What is one and two?", "--url", url, "--model", "mock", "--operator", "pdr:8,4,2",
            "--distiller", "topk-each", "--seed", "5", "--json", "--journal", journal, *more]


def without_times(text):
    def strip(value):
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key != "wall_s"}
        return [strip(item) for item in value] if isinstance(value, list) else value
    return strip(json.loads(text))


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def lost_calls(journal):
    with sqlite3.connect(journal) as database:
        return database.execute("select count(*) from outcome where finish = 'lost'").fetchone()[0]


def one_kill(program, url, folder, index, whole_s, expected, chance):
    journal = os.path.join(folder, f"{index}.db")
    before = counts(url)["requests"]
    process = subprocess.Popen(solve(program, url, journal), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0, whole_s * 1.05))
    process.kill()
    process.wait()
    resumed = run(solve(program, url, journal, "--resume"))
    if resumed.returncode != 0:
        return f"exit {resumed.returncode}: {resumed.stderr}"
    if without_times(resumed.stdout) != expected:
        return "another answer than the unbroken run's"
    calls = expected["budget"]["calls"]
    asked = counts(url)["requests"] - before
    if asked > calls + lost_calls(journal):
        return f"{asked} requests for {calls} calls, {lost_calls(journal)} of them lost at the kill"
    os.unlink(journal)
    return None


def main():
    program, mock, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])
    server = subprocess.Popen([mock, "--port", "0", "--latency-ms", "30", "--between-ms", "3", "--bad-selection"],
                              stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    chance = random.Random(7)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        unbroken = run(solve(program, url, os.path.join(folder, "unbroken.db")))
        whole_s = time.monotonic() - began
        expected = without_times(unbroken.stdout)
        for index in range(kills):
            problem = one_kill(program, url, folder, index, whole_s, expected, chance)
            if problem:
                failures += 1
                print(f"kill {index}: {problem}")
    server.kill()
    print(f"{kills - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
