"""Percentiles, series, and how late the measuring process itself was."""

import asyncio
import contextlib
import statistics
import time

MEMORY_GROWTH = 1.03  # of the last third's median above the middle third's
MOST_RUNS_KEPT = 10_000  # in the gateway's history
MOST_TEXT_MB = 64  # of their texts; with what holds them, twice as much may be taken above the begin


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values, unit=1000):
    """p50, p99 and the slowest, in milliseconds unless told otherwise."""
    if not values:
        return {"count": 0}
    return {"p50": round(unit * percentile(values, 0.5), 2), "p99": round(unit * percentile(values, 0.99), 2),
            "slowest": round(unit * max(values), 2), "count": len(values)}


def words(figures):
    return ", ".join(f"{name} {value}" for name, value in figures.items())


class LoopLag:
    """How much later than planned this process's loop comes to what it has to do."""

    STEP_S = 0.005

    def __init__(self):
        self.late = []
        self.task = asyncio.ensure_future(self.watch())

    async def watch(self):
        while True:
            due = time.monotonic() + self.STEP_S
            await asyncio.sleep(self.STEP_S)
            self.late.append(max(0.0, time.monotonic() - due))

    def figures(self):
        return spread(self.late)


class Series:
    """Memory and descriptors of the gateway every few seconds."""

    def __init__(self, gateway, every_s=5.0):
        self.gateway = gateway
        self.began = time.monotonic()
        self.samples = []  # (seconds, resident bytes, descriptors)
        self.full_at = None  # when the gateway's history was full
        self.task = asyncio.ensure_future(self.watch(every_s))

    def take(self):
        now = time.monotonic() - self.began
        self.samples.append((now, self.gateway.resident(), self.gateway.descriptors()))

    async def watch(self, every_s):
        while True:
            with contextlib.suppress(OSError):  # a gateway that died is found elsewhere
                self.take()
            await asyncio.sleep(every_s)

    def runs_ended(self, count):
        if self.full_at is None and count >= MOST_RUNS_KEPT:
            self.full_at = time.monotonic() - self.began

    def third(self, which, column):
        end = self.samples[-1][0]
        values = [one[column] for one in self.samples if which * end / 3 <= one[0] <= (which + 1) * end / 3]
        return statistics.median(values)

    def figures(self):
        megabytes = [round(self.third(which, 1) / 2**20, 1) for which in range(3)]
        out = {"begin_mb": round(self.samples[0][1] / 2**20, 1), "thirds_mb": megabytes,
               "most_mb": round(max(one[1] for one in self.samples) / 2**20, 1),
               "end_mb": round(self.samples[-1][1] / 2**20, 1),
               "descriptors": [int(self.third(which, 2)) for which in range(3)],
               "history_full_at_s": None if self.full_at is None else round(self.full_at)}
        return out

    def may_be_judged(self):
        """Until its history is full the gateway grows by design."""
        return self.full_at is not None and self.full_at <= self.samples[-1][0] / 3

    def most_grown(self):
        return max(one[1] for one in self.samples) - self.samples[0][1]

    def grew(self):
        return self.third(2, 1) > MEMORY_GROWTH * self.third(1, 1)


class Verdict:
    """Conditions of a part, each printed as it is judged."""

    def __init__(self, part):
        self.part = part
        self.failed = []
        self.figures = {}

    def tell(self, name, value):
        self.figures[name] = value
        print(f"{self.part}: {name}: {words(value) if isinstance(value, dict) else value}", flush=True)

    def expect(self, holds, what):
        if not holds:
            self.failed.append(what)
        print(f"{self.part}: {'ok' if holds else 'FAILED'}: {what}", flush=True)

    def judge_memory(self, series, asked):
        self.tell("memory", series.figures())
        if not asked.memory:
            return
        grown = series.most_grown() / 2**20
        self.expect(grown <= 2 * MOST_TEXT_MB, f"{grown:.0f} MB above the begin at most, of {MOST_TEXT_MB} MB of texts kept")
        if not series.may_be_judged():
            print(f"{self.part}: memory is not judged: its history of {MOST_RUNS_KEPT:,} runs was not full by the middle "
                  "third (run it longer)")
            return
        self.expect(not series.grew(), f"memory is flat: last third within {100 * (MEMORY_GROWTH - 1):.0f} % of the middle")
