"""Questions 5 and 6: the arms of arms.txt over the seeds that are there."""
import json
import re
from pathlib import Path

import numpy as np

from cells import Resampled, load
from questions import Table, order, short

COMPARED = [  # (an arm, against which, what it tells)
    ("operator", "trace", "operator RL against long-trace RL, from the same SFT"),
    ("continual", "control", "operator RL after trace RL, against trace RL for as many steps"),
    ("operator", "control", "operator RL of 48 steps against trace RL of 96, which samples more tokens"),
    ("only", "trace", "operator RL alone against long-trace RL"),
    ("mix-1-3", "trace", "a quarter of it operator RL"),
    ("mix-3-1", "operator", "trace to operator 3:1 against 1:1"),
    ("mix-1-3", "operator", "trace to operator 1:3 against 1:1"),
    ("cached", "operator", "drafts from a pool against fresh ones"),
    ("all", "operator", "gradient of all calls against that of refine"),
    ("rounds", "operator", "two rounds unrolled against one"),
    ("parts-operator", "parts-trace", "operator RL against long-trace RL, from the same SFT"),
    ("parts-continual", "parts-control", "operator RL after trace RL, against trace RL for as many steps"),
]


class Arm:
    def __init__(self, name, folder, seeds):
        self.name, self.seeds = name, seeds
        self.cells = [load(folder / f"{name}-s{seed}.csv.gz") for seed in seeds]
        self.metrics = [[json.loads(line) for line in open(folder / f"{name}-s{seed}.jsonl", encoding="utf-8")]
                        for seed in seeds]

    def right(self, method, seeds):
        """Over seeds and problems."""
        return np.array([self.cells[self.seeds.index(seed)][method].right for seed in seeds])

    def sampled_tokens(self):
        """Of a run, mean over seeds, millions."""
        totals = [sum(row.get(f"{arm}/sampled_tokens", 0) for row in rows for arm in ("trace", "op")) for rows in self.metrics]
        return np.mean(totals) / 1e6


def read(folder, prefix=""):
    """By name, in the order of arms.txt; of the task of parts with its prefix, else of the first task."""
    found = {}
    for path in folder.glob("*-s*.csv.gz"):
        name, seed = re.fullmatch(r"(.+)-s(\d+)\.csv\.gz", path.name).groups()
        if name.startswith("parts-") == bool(prefix):
            found.setdefault(name, []).append(int(seed))
    lines = (Path(__file__).parent / "arms.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split()[0] for line in lines if line and not line.startswith("#")]
    return {name: Arm(name, folder, sorted(found[name])) for name in names if name in found}


def scores(arms, base):
    methods = sorted(next(iter(arms.values())).cells[0], key=order)
    problems = len(next(iter(base.values())).problems)
    rows = [["before"] + [""] * 2 + [one_model(base, method, problems) for method in methods]]
    for arm in arms.values():
        resampled = Resampled(problems, len(arm.seeds))
        rows.append([arm.name, str(len(arm.seeds)), f"{arm.sampled_tokens():.1f}"]
                    + [resampled.over_seeds(arm.right(method, arm.seeds)).percent() for method in methods])
    return Table("Arms of reinforcement", ["arm", "seeds", "sampled tokens, millions"] + [short(one) for one in methods], rows)


def one_model(base, method, problems):
    return Resampled(problems).accuracy(base[method]).percent() if method in base else ""


def differences(arms, problems):
    rows = []
    for name, against, about in COMPARED:
        if name not in arms or against not in arms:
            continue
        one, other = arms[name], arms[against]
        seeds = [seed for seed in one.seeds if seed in other.seeds]
        resampled = Resampled(problems, len(seeds))
        methods = sorted(one.cells[0], key=order)
        rows.append([f"{name} - {against}", about, str(len(seeds))]
                    + [(resampled.over_seeds(one.right(method, seeds)) - resampled.over_seeds(other.right(method, seeds))).points()
                       for method in methods])
    return Table("Differences, points (95 %, problems and seeds resampled)",
                 ["arms", "what it tells", "seeds"] + [short(one) for one in methods], rows,
                 "Over the seeds that both arms have; the table of arms is over all that each has.") if rows else None


def tables(folder, base, prefix=""):
    arms = read(folder, prefix)
    if not arms:
        return []
    problems = len(next(iter(base.values())).problems)
    found = [scores(arms, base), differences(arms, problems)]
    return [one for one in found if one]
