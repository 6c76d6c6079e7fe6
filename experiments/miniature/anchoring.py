"""What wrong candidates alone cost: question 2's anchoring, on the same problems as what it is held against."""
from dataclasses import dataclass

import numpy as np

from cells import Figure
from page import Table
from questions import OF_STANDARD, short

CHAIN = "cot think=48"


@dataclass
class Misled:
    """Samples whose workspace holds wrong candidates alone. What they are held against weighs each problem by how many such
    samples it has."""
    samples: int
    problems: int
    right: Figure
    chain: Figure  # one chain of as many thinking tokens as the last call has
    cost: Figure  # above the last call over an empty workspace, on the problems that have both; none: none has
    both: int


def per_problem(cell, value):
    """Sums over the samples of each problem."""
    return np.array([sum(value(one) for one in many) for many in cell.samples], dtype=float)


def misled(cells, resampled, method):
    """None where there is no such sample, or nothing to hold it against."""
    if method not in cells or CHAIN not in cells:
        return None
    cell = cells[method]
    many = per_problem(cell, lambda one: one.place == 0)
    right = per_problem(cell, lambda one: one.place == 0 and one.right)
    empty = per_problem(cell, lambda one: one.place is None)
    if not many.any():
        return None
    both = (many > 0) & (empty > 0)
    found = per_problem(cell, lambda one: one.place is None and one.right) / np.maximum(empty, 1)
    cost = resampled.ratio(right * both, many * both) - resampled.ratio(many * both * found, many * both) if both.any() else None
    return Misled(int(many.sum()), np.count_nonzero(many), resampled.ratio(right, many),
                  resampled.ratio(many * cells[CHAIN].right, many), cost, np.count_nonzero(both))


def tables(cells, resampled):
    rows = []
    for k in (1, 4):
        method = f"{OF_STANDARD}oracle-incorrect k={k}"
        one = misled(cells, resampled, method)
        if one:
            rows.append([short(method), f"{one.samples} of {one.problems} problems", one.right.percent(),
                         (one.right - one.chain).points(), "-" if one.cost is None else one.cost.points(), str(one.both)])
    return [Table("Anchoring: wrong candidates alone in the workspace",
                  ["method", "samples", "right", "above cot 48 on these problems, points",
                   "above empty workspaces, points", "problems with both"], rows,
                  "oracle-incorrect hands on wrong drafts alone; most samples have none, and then its workspace is empty. Empty "
                  "workspaces: other samples of the same problems. A candidate's check takes of the call's 48 tokens.")] if rows else []
