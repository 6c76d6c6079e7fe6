"""Question 8: does waiting time follow b_seq?"""
import csv
from dataclasses import dataclass

import numpy as np

from arms import plural
from cells import Resampled, resampled_of
from page import Table
from questions import RANDOM4, kind_of


@dataclass
class Timed:
    """One method, one sample after another: arrays over samples."""
    name: str
    method: str  # as evaluations have it
    b_seq: np.ndarray
    b_total: np.ndarray
    seconds: np.ndarray

    def row(self):
        mean = 1000 * self.seconds.mean()
        return [self.name, f"{self.b_seq.mean():.0f}", f"{self.b_total.mean():,.0f}", milliseconds(self.seconds),
                f"{1000 * np.median(self.seconds):.0f}", f"{1000 * mean / self.b_seq.mean():.0f}",
                f"{1000 * mean / self.b_total.mean():.0f}"]


def read(path):
    rows = {}
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows.setdefault((row["operator"], row["think"]), []).append([float(row[key]) for key in ("b_seq", "b_total", "wall_s")])
    return [Timed(f"{operator} {think}", f"{operator} think={think}" + (RANDOM4 if kind_of(operator) == "pdr" else ""),
                  *np.array(samples).T) for (operator, think), samples in rows.items()]


def milliseconds(seconds):
    """Their mean, with its interval."""
    ends = Resampled(len(seconds)).mean(seconds).interval()
    return f"{1000 * seconds.mean():.0f}" + ("" if ends is None else f" ({1000 * ends[0]:.0f} to {1000 * ends[1]:.0f})")


def correlation(one, other):
    return f"{np.corrcoef(one, other)[0, 1]:.2f}" if np.ptp(one) and np.ptp(other) else "-"


def above_chain(one, timed, cells):
    """A Figure: above what one chain is right in at the same mean time, from the line between its budgets; none beyond them."""
    chains = sorted((other for other in timed if kind_of(other.name) == "cot" and other.method in cells),
                    key=lambda other: other.seconds.mean())
    at, times = one.seconds.mean(), [other.seconds.mean() for other in chains]
    if one in chains or one.method not in cells or not chains or not times[0] <= at <= times[-1]:
        return None
    after = max(1, int(np.searchsorted(times, at)))
    share = (at - times[after - 1]) / (times[after] - times[after - 1])
    line = (1 - share) * cells[chains[after - 1].method].right + share * cells[chains[after].method].right
    return resampled_of(cells).mean(cells[one.method].right - line)


def by_the_clock(timed, cells):
    pdr = [(one, above_chain(one, timed, cells)) for one in timed if kind_of(one.name) == "pdr"]
    told = [f"{one.name} {figure.points()}" for one, figure in pdr if figure is not None]
    beyond = [one.name for one, figure in pdr if figure is None]
    return (f"By the clock of this machine, in process, PDR against one chain of the same mean time, points: {', '.join(told) or '-'}. "
            f"Slower than the longest chain that was timed: {', '.join(beyond) or 'none'}.")


def section(path, cells):
    """What is said, and the tables."""
    timed = read(path)
    rows = []
    for one in timed:
        above = above_chain(one, timed, cells)
        rows.append([*one.row(), "" if kind_of(one.name) == "cot" else "-" if above is None else above.points()])
    means = np.array([[values.mean() for values in (one.b_seq, one.b_total, one.seconds)] for one in timed])
    fit = [correlation(means[:, i], means[:, 2]) for i in (0, 1)]
    sentence = (f"Over {plural(len(means), 'method')} the mean time correlates with b_seq by {fit[0]}, with b_total by {fit[1]}. All "
                "drafts share the processor's few cores here; b_seq is the waiting where each has its own.")
    return ([by_the_clock(timed, cells), sentence], []), [Table("Waiting time in process, one sample at a time",
                                    ["method", "b_seq", "b_total", "mean, ms", "median, ms", "us a token of b_seq",
                                     "us a token of b_total", "above one chain of the same mean time, points"], rows,
                                    f"{plural(max(len(one.seconds) for one in timed), 'problem')} each. Above: shares right are those of "
                                    "the sections above; the interval leaves out that of the times. - : beyond the longest chain "
                                    "that was timed.")]
