#!/usr/bin/env python3
"""Whether experiments/miniature/run.sh goes on where it was killed: it is killed once in each of its phases (kill -9, with all
that it began) and started again until it is done; what it then has is compared with a run that nothing happened to.

    scripts/check-miniature.py              the smallest size, minutes
    scripts/check-miniature.py --quick      as --quick makes it, and how long it took without the kills
    scripts/check-miniature.py --unbroken   nothing is killed: how long it takes from nothing to the report

Needs what run.sh needs. Exits with 1 when a phase is not resumed, or comes to something else.
"""

import argparse
import gzip
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN = os.path.join(ROOT, "experiments", "miniature", "run.sh")
PHASE = re.compile(r"^== (.*)$")
TIMED = ("latency.csv", "report.html", "tables.md")  # hold times, which differ by nature


class Attempt:
    """One start of run.sh, in a process group of its own."""

    def __init__(self, size, runs):
        environment = dict(os.environ, RETORT_RUNS=runs)
        self.process = subprocess.Popen([RUN, size], env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.last_lines = []

    def phases(self):
        for line in self.process.stderr:
            self.last_lines = (self.last_lines + [line.rstrip()])[-5:]
            found = PHASE.match(line)
            if found:
                yield found.group(1)

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it ended by itself just before

    def status(self):
        return self.process.wait()


def phase_of(name):
    return os.path.basename(name.split(" ")[-1]) + (" evaluated" if name.startswith("evaluating") else "")


def run_through(size, runs, kills, longest_wait_s, seed):
    """Starts it until it is done; kills it once in each phase where `kills`. The phases that were killed."""
    moments = random.Random(seed)
    killed = set()
    while True:
        attempt = Attempt(size, runs)
        timer = None
        for name in attempt.phases():
            phase = phase_of(name)
            if timer is not None:
                timer.cancel()
            if kills and phase not in killed:
                killed.add(phase)
                timer = threading.Timer(moments.uniform(0.05, longest_wait_s), attempt.kill)
                timer.start()
                print(f"  killing in {phase}", flush=True)
        if timer is not None:
            timer.cancel()
        status = attempt.status()
        if status == 0:
            return killed
        if status != -signal.SIGKILL and not kills:
            sys.exit(f"run.sh ended with status {status}:\n" + "\n".join(attempt.last_lines))
        if status not in (-signal.SIGKILL, 137):
            sys.exit(f"after a kill it did not go on (status {status}):\n" + "\n".join(attempt.last_lines))


def results_in(runs, size):
    folder = os.path.join(runs, "miniature-" + size.lstrip("-"), "results")
    out = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read()
        out[name] = gzip.decompress(content) if name.endswith(".gz") else content
    return out


def differences(unbroken, broken):
    """Names of what is not the same."""
    out = sorted(set(unbroken) ^ set(broken))
    both = set(unbroken) & set(broken)
    return out + [name for name in sorted(both) if name not in TIMED and unbroken[name] != broken[name]]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="the size of run.sh --quick")
    options.add_argument("--unbroken", action="store_true", help="only the time of a run that nothing happens to")
    options.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    given = options.parse_args()
    size = "--quick" if given.quick else "--smoke"
    with tempfile.TemporaryDirectory() as folder:
        whole, torn = os.path.join(folder, "whole"), os.path.join(folder, "torn")
        begun = time.monotonic()
        run_through(size, whole, False, 0, given.seed)
        print(f"from nothing to the report: {time.monotonic() - begun:.0f} s", flush=True)
        if given.unbroken:
            return 0
        killed = run_through(size, torn, True, 20 if given.quick else 1.5, given.seed)
        different = differences(results_in(whole, size), results_in(torn, size))
    print(f"killed in {len(killed)} phases; different afterwards: {', '.join(different) or 'nothing'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
