"""Evaluations as collect.py keeps them, and figures over them with intervals.

Everything is resampled over problems, and over seeds where there are several: a draw gives each problem a weight, which
all methods of all models share, so that differences are paired."""
import csv
import gzip

import numpy as np

DRAWS = 2000
LOW, HIGH = 2.5, 97.5


class Sample:
    """RESULT/RIGHT/ANSWERED/PLACE/PARTS of collect.py."""

    def __init__(self, text):
        result, right, answered, place, parts = text.split("/")
        self.right = result == "1"
        self.answered = result != "-"
        self.drafts_right = int(right)
        self.drafts_answered = int(answered)
        self.cut = place.endswith("t")
        self.place = None if place == "-" else int(place.rstrip("t"))
        self.parts = None if parts == "-" else int(parts)


class Cell:
    """One method of one model: arrays over problems, means over samples."""

    def __init__(self, rows):
        self.problems = [row["problem"] for row in rows]
        self.samples = [[Sample(text) for text in row["samples"].split()] for row in rows]
        self.right = np.array([np.mean([one.right for one in many]) for many in self.samples])
        counts = np.array([len(many) for many in self.samples])
        self.b_seq, self.b_total, self.call = (
            np.array([int(row[key]) for row in rows]) / counts for key in ("b_seq", "b_total", "call"))

    def each(self):
        """(index of the problem, sample)."""
        for i, many in enumerate(self.samples):
            for one in many:
                yield i, one


def load(*paths):
    """By method; problems stand in the same order everywhere."""
    rows = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                rows.setdefault(row["method"], []).append(row)
    cells = {method: Cell(sorted(many, key=lambda row: row["problem"])) for method, many in rows.items()}
    first = next(iter(cells.values())).problems
    for method, cell in cells.items():
        assert cell.problems == first, f"{paths[0]}: {method} has other problems"
    return cells


class Figure:
    """A figure and what resampling made of it."""

    def __init__(self, value, draws):
        self.value, self.draws = value, draws

    def __sub__(self, other):
        return Figure(self.value - other.value, self.draws - other.draws)

    def interval(self):
        return np.percentile(self.draws, [LOW, HIGH])

    def percent(self):
        low, high = self.interval()
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"

    def points(self):
        low, high = self.interval()
        return f"{100 * self.value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"

    def error(self):
        low, high = self.interval()
        return [[100 * (self.value - low)], [100 * (high - self.value)]]


class Resampled:
    """The weights of problems, and of seeds, in each draw."""

    def __init__(self, problems, seeds=1):
        random = np.random.default_rng(0)
        self.weights = random.multinomial(problems, np.full(problems, 1 / problems), size=DRAWS) / problems
        self.seeds = random.multinomial(seeds, np.full(seeds, 1 / seeds), size=DRAWS) / seeds

    def mean(self, values):
        """Of an array over problems."""
        return Figure(values.mean(), self.weights @ values)

    def ratio(self, over, under):
        """Of sums over problems: a share among some of the samples."""
        if under.sum() == 0:
            return None
        with np.errstate(invalid="ignore", divide="ignore"):
            draws = (self.weights @ over) / (self.weights @ under)
        return Figure(over.sum() / under.sum(), draws[np.isfinite(draws)])

    def over_seeds(self, values):
        """Of an array over seeds and problems."""
        return Figure(values.mean(), np.einsum("bs,sp,bp->b", self.seeds, values, self.weights))

    def accuracy(self, cell):
        return self.mean(cell.right)

    def line_at(self, cells, cost, at):
        """Accuracy of a family of methods, interpolated between the costs of its members; none where `at` is beyond
        them. `cost`: "b_seq" or "b_total"."""
        ordered = sorted(cells, key=lambda cell: getattr(cell, cost).mean())
        costs = [getattr(cell, cost).mean() for cell in ordered]
        if not costs or at < costs[0] or at > costs[-1]:
            return None
        after = min(np.searchsorted(costs, at), len(costs) - 1)
        before = max(after - 1, 0)
        span = costs[after] - costs[before]
        share = (at - costs[before]) / span if span else 0
        return self.mean((1 - share) * ordered[before].right + share * ordered[after].right)
