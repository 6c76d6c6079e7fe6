#!/usr/bin/env python3
"""Tries `retort serve` for long, and with everything around it failing.

    soak      a constant rate of pdr:4,2 over a server that takes 50 ms a call: no error, flat memory and descriptors, and
              a p99 near that of a client that makes as many calls in a row
    chaos     servers that die, stall, cut, and answer nonsense; clients that hang up, send halves, and read a byte a
              second; new settings by SIGHUP: every request has its one end, and nothing is left over
    hang-ups  of clients of pdr:16,8,4 at random moments: how soon the last call of each is stopped

    scripts/check-gateway.py                                  all parts, for about 45 minutes, over build/bin
    scripts/check-gateway.py soak --minutes 1
    scripts/check-gateway.py chaos --retort build/asan/bin/retort --no-memory

The gateway gets the first core, everything else the second. Python's standard library is enough. Exits with 1 when a
condition does not hold. The memory of `soak` and `chaos` is judged where they run long enough for the gateway's history
(10,000 runs, and 64 MB of their texts) to be full before the middle third.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "gateway"))
sys.dont_write_bytecode = True

import chaos  # noqa: E402
import figures  # noqa: E402
import hang_ups  # noqa: E402
import programs  # noqa: E402
import soak  # noqa: E402

PARTS = {"soak": soak.run, "chaos": chaos.run, "hang-ups": hang_ups.run}
MINUTES = {"soak": 10, "chaos": 30}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    built = os.path.join(HERE, "..", "build", "bin")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--minutes", type=float, help="of soak (10) and of chaos (30)")
    parser.add_argument("--rate", type=float, default=100, help="requests a second of soak (default: %(default)s)")
    parser.add_argument("--hang-ups", type=int, default=1000, metavar="N", help="of that part (default: %(default)s)")
    parser.add_argument("--retort", default=os.path.join(built, "retort"), help="the program (default: build/bin/retort)")
    parser.add_argument("--mock", default=os.path.join(built, "retort-mock-server"), help="the model server of soak")
    parser.add_argument("--seed", type=int, default=7, help="of what chaos and hang-ups draw (default: %(default)s)")
    parser.add_argument("--reload-every", type=float, default=10, metavar="S", help="SIGHUP of chaos (default: %(default)s)")
    parser.add_argument("--no-memory", dest="memory", action="store_false", help="for builds whose memory means nothing")
    parser.add_argument("--json", metavar="FILE", help="the figures as JSON as well")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; known are: {', '.join(PARTS)}")
    asked.parts = asked.parts or list(PARTS)
    asked.minutes_of = lambda part: asked.minutes if asked.minutes is not None else MINUTES[part]
    return asked


def main():
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # through what closes the programs
    programs.pin_this_process()
    found = {}
    for part in asked.parts:
        verdict = figures.Verdict(part)
        began = time.monotonic()
        asyncio.run(PARTS[part](asked, verdict))
        found[part] = {"figures": verdict.figures, "failed": verdict.failed, "seconds": round(time.monotonic() - began)}
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=2)
    failed = sum(bool(one["failed"]) for one in found.values())
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
