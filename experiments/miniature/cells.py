"""Evaluations as collect.py keeps them, and figures over them with intervals.

Everything is resampled over problems, and over seeds where there are several: a draw gives each problem a weight, which
all methods of all models share, so that differences are paired. Of few samples no interval is given."""
import csv
import gzip

import numpy as np

DRAWS = 2000
LOW, HIGH = 2.5, 97.5
Z = 1.96


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

    def by_lot(self):
        """The chance that one of the drafts that answered, drawn by lot, is right. Drafts are alike before they are drawn:
        it is that of the first to answer too."""
        return self.drafts_right / self.drafts_answered if self.drafts_answered else 0


class Cell:
    """One method of one model: arrays over problems, means over samples."""

    def __init__(self, rows):
        self.problems = [row["problem"] for row in rows]
        self.samples = [[Sample(text) for text in row["samples"].split()] for row in rows]
        self.right = self.mean_of(lambda one: one.right)
        counts = np.array([len(many) for many in self.samples])
        self.b_seq, self.b_total, self.call = (
            np.array([int(row[key]) for row in rows]) / counts for key in ("b_seq", "b_total", "call"))

    def mean_of(self, value):
        """Over the samples of each problem."""
        return np.array([np.mean([value(one) for one in many]) for many in self.samples])

    def any_draft(self):
        """pass@N: some draft of the first round is right."""
        return self.mean_of(lambda one: one.drafts_right > 0)

    def by_lot(self):
        return self.mean_of(Sample.by_lot)

    def count(self, among):
        return sum(map(among, (one for _, one in self.each())))

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
    for method, cell in cells.items():
        assert cell.problems == problems_of(cells), f"{paths[0]}: {method} has other problems"
    return cells


def problems_of(cells):
    return next(iter(cells.values())).problems


def resampled_of(cells, seeds=1):
    return Resampled(len(problems_of(cells)), seeds)


def wilson(value, many):
    """95 % of a share that was found to be `value` in `many`."""
    middle = (value + Z**2 / (2 * many)) / (1 + Z**2 / many)
    half = Z / (1 + Z**2 / many) * np.sqrt(value * (1 - value) / many + Z**2 / (4 * many**2))
    return middle - half, middle + half


class Figure:
    """A figure and what resampling made of it. `problems`: of how many it is a share; none where it is a difference."""

    def __init__(self, value, draws, problems=None):
        self.value, self.draws, self.problems = value, draws, problems

    def __sub__(self, other):
        return Figure(self.value - other.value, self.draws - other.draws)

    def interval(self):
        """None where problems are all alike: drawing them again tells nothing. A share of none or all has Wilson's, over
        problems, since samples of one problem are alike."""
        if len(self.draws) and np.ptp(self.draws) > 1e-9:
            return np.percentile(self.draws, [LOW, HIGH])
        return wilson(round(self.value), self.problems) if self.problems and self.value in (0, 1) else None

    def is_above_zero(self):
        interval = self.interval()
        return interval is not None and interval[0] > 0

    def is_told_from_zero(self):
        interval = self.interval()
        return interval is not None and (interval[0] > 0 or interval[1] < 0)

    def percent(self):
        return f"{100 * self.value:.1f} % ({self.ends('.1f')})"

    def points(self):
        return f"{100 * self.value:+.1f} ({self.ends('+.1f')})"

    def ends(self, form):
        interval = self.interval()
        return "no interval" if interval is None else " to ".join(f"{100 * end:{form}}" for end in interval)

    def error(self):
        interval = self.interval()
        low, high = (self.value, self.value) if interval is None else interval
        return [[100 * (self.value - low)], [100 * (high - self.value)]]


class Resampled:
    """The weights of problems, and of seeds, in each draw."""

    def __init__(self, problems, seeds=1):
        random = np.random.default_rng(0)
        self.weights = random.multinomial(problems, np.full(problems, 1 / problems), size=DRAWS) / problems
        self.seeds = random.multinomial(seeds, np.full(seeds, 1 / seeds), size=DRAWS) / seeds

    def mean(self, values):
        """Of an array over problems."""
        return Figure(values.mean(), self.weights @ values, len(values))

    def ratio(self, over, under):
        """Of sums over problems: a share among some of the samples."""
        if under.sum() == 0:
            return None
        with np.errstate(invalid="ignore", divide="ignore"):
            draws = (self.weights @ over) / (self.weights @ under)
        return Figure(over.sum() / under.sum(), draws[np.isfinite(draws)], np.count_nonzero(under))

    def over_seeds(self, values):
        """Of an array over seeds and problems."""
        return Figure(values.mean(), np.einsum("bs,sp,bp->b", self.seeds, values, self.weights), values.shape[1])

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
