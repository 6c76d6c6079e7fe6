#!/usr/bin/env python3
"""Trains on a real server that speaks the Tinker protocol, as scripts/tinker/setup.sh installs it, on this machine's CPU.

    agree    the same weights here and on the server: log-probabilities, loss, and a step by either of two losses
    whole    experiments/remote-smoke.toml from nothing to model.gguf: it learns, within 300 s, and the model is used as any
             other
    kills    the same with kill -9 of `retort train` and of the server at random moments, each started again until the run is
             done: the rows and weights of an unbroken run, no step lost or counted twice

    scripts/check-tinker.py                       all parts, for about an hour
    scripts/check-tinker.py whole
    scripts/check-tinker.py kills --kills 5 --set rl.steps=4

Needs a build, and Python 3.12 or 3.13 and a package registry for the server, which is installed where it is not yet. Python's
standard library is enough for the rest. Exits with 1 when a condition does not hold.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(HERE, "tinker"))
sys.dont_write_bytecode = True

import agree  # noqa: E402
import kills  # noqa: E402
import whole_run  # noqa: E402
from verdict import Verdict  # noqa: E402

PARTS = {"agree": agree.run, "whole": whole_run.run, "kills": kills.run}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="of that part (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: %(default)s)")
    parser.add_argument("--server", default=os.path.join(cache, "retort", "tinker"), metavar="DIR",
                        help="where the server is installed, or will be (default: %(default)s)")
    parser.add_argument("--retort", default=os.path.join(ROOT, "build", "bin", "retort"), help="the program (default: build/bin/retort)")
    parser.add_argument("--config", default=os.path.join(ROOT, "experiments", "remote-smoke.toml"), help="of the run")
    parser.add_argument("--set", action="append", default=[], dest="words", metavar="KEY=VALUE", help="of the configuration, changed")
    parser.add_argument("--keep", metavar="DIR", help="runs, logs and the server's state go there and stay")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; known are: {', '.join(PARTS)}")
    asked.parts = asked.parts or list(PARTS)
    asked.retort = os.path.abspath(asked.retort)
    asked.base = os.path.join(ROOT, "models", "countdown.gguf")
    return asked


def run_part(part, asked, folder):
    """What failed."""
    verdict = Verdict(part)
    os.makedirs(folder)
    try:
        PARTS[part](asked, folder, verdict)
    except (RuntimeError, OSError, ValueError) as error:
        verdict.expect(False, str(error))
    return verdict.failed


def main():
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # through what ends the programs
    subprocess.run([os.path.join(HERE, "tinker", "setup.sh"), asked.server], check=True)
    os.chdir(ROOT)  # paths in configurations are relative to it
    folder = os.path.abspath(asked.keep) if asked.keep else tempfile.mkdtemp(prefix="retort-tinker-")
    try:
        failed = sum(bool(run_part(part, asked, os.path.join(folder, part))) for part in asked.parts)
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(asked.parts) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
