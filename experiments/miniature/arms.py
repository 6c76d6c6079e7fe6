"""Questions 5 and 6: the arms of arms.txt over the seeds that are there."""
import json
import re
from pathlib import Path

import numpy as np

from cells import Resampled, load, problems_of, resampled_of
from page import Heading, Table, Text, Words
from questions import kind_of, order, short

TRAINS_ON = {
    "trace": "long chains of thought: 32 problems a step, 16 chains of at most 256 thinking tokens each",
    "operator": "16 problems a step by long chains, 16 by the last call of pdr:8 48",
    "continual": "as operator, from where trace ended",
    "control": "as trace, from where trace ended: what continual is held against",
    "mix-1-3": "as operator, a quarter of the problems by long chains and the rest by pdr:8",
    "mix-3-1": "as operator, three quarters by long chains and the rest by pdr:8",
    "only": "pdr:8 alone",
    "few": "as operator, over 256 problems that come again and again",
    "cached": "as few, first drafts taken from a pool of earlier steps",
    "all": "as operator, and the drafts learn as well as the last call",
    "rounds": "as operator, with two rounds of drafts (pdr:8,8)",
    "parts-trace": "long chains: 16 problems a step, 16 chains of at most 512 thinking tokens each",
    "parts-operator": "8 problems a step by long chains, 8 by the last call of pdr:8 160",
    "parts-continual": "as parts-operator, from where parts-trace ended",
    "parts-control": "as parts-trace, from where parts-trace ended",
}
SAMPLED = ("All begin with the same SFT model. Sampled tokens: all that the model wrote while it was trained, drafts included, "
           "since the SFT.")
COMPARED = [  # (an arm, against which, what it tells)
    ("operator", "trace", "operator RL against long-chain RL, equal steps"),
    ("continual", "control", "the same, both after trace"),
    ("operator", "control", "operator RL against long-chain RL of more tokens"),
    ("control", "trace", "96 steps of long chains against 48"),
    ("parts-operator", "parts-trace", "operator RL against long-chain RL, equal steps"),
    ("parts-continual", "parts-control", "the same, both after parts-trace"),
    ("parts-operator", "parts-control", "operator RL against long-chain RL of as many tokens"),
]
VARIANTS = [
    ("only", "trace", "operator RL alone against long-chain RL"),
    ("mix-1-3", "trace", "a quarter long chains against long chains alone"),
    ("mix-3-1", "operator", "3:1 against 1:1"),
    ("mix-1-3", "operator", "1:3 against 1:1"),
    ("few", "operator", "256 problems against 8,000"),
    ("cached", "few", "drafts from a pool against fresh ones, of 256 problems"),
    ("all", "operator", "all calls learn, against the last alone"),
    ("rounds", "operator", "two rounds against one"),
]


def plural(many, word):
    return f"{many} {word}" + ("" if many == 1 else "s")


class Arm:
    def __init__(self, name, parent, folder, seeds):
        self.name, self.parent, self.seeds = name, parent, seeds  # parent: an Arm, or none where it began with the SFT
        self.cells = [load(folder / f"{name}-s{seed}.csv.gz") for seed in seeds]
        texts = [(folder / f"{name}-s{seed}.jsonl").read_text(encoding="utf-8") for seed in seeds]
        self.metrics = [[json.loads(line) for line in text.splitlines()] for text in texts]

    def right(self, method, seeds):
        """Over seeds and problems."""
        return np.array([self.cells[self.seeds.index(seed)][method].right for seed in seeds])

    def steps(self):
        return self.metrics[0][-1]["step"]

    def steps_before(self):
        return self.parent.steps_before() + self.parent.steps() if self.parent else 0

    def sampled_tokens(self):
        """Of a run, mean over seeds, millions; with those of the arm that it goes on from."""
        totals = [sum(row.get(f"{arm}/sampled_tokens", 0) for row in rows for arm in ("trace", "op")) for rows in self.metrics]
        return np.mean(totals) / 1e6 + (self.parent.sampled_tokens() if self.parent else 0)

    def about(self):
        before = f" ({self.steps_before()} of {self.parent.name}, then {self.steps()})" if self.parent else ""
        seeds = "seed " + self.seeds[0] if len(self.seeds) == 1 else "seeds " + ", ".join(self.seeds)
        return (f"{TRAINS_ON[self.name]}. {plural(self.steps_before() + self.steps(), 'step')} since the SFT{before}, "
                f"{self.sampled_tokens():.1f} million sampled tokens; {seeds}")


def listed(prefix=""):
    """(name, the arm that it goes on from) of arms.txt; of the task of parts with its prefix, else of the first task."""
    lines = (Path(__file__).parent / "arms.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [(name, parent) for name, _, parent, *_ in rows if name.startswith("parts-") == bool(prefix)]


def read(folder, prefix=""):
    """By name, in the order of arms.txt: those that are there."""
    found = {}
    for path in folder.glob("*-s*.csv.gz"):
        name, seed = re.fullmatch(r"(.+)-s(\d+)\.csv\.gz", path.name).groups()
        found.setdefault(name, []).append(seed)
    arms = {}
    for name, parent in listed(prefix):
        if name in found:
            arms[name] = Arm(name, arms.get(parent), folder, sorted(found[name], key=int))
    return arms


def by_kind(arms):
    """(title, methods): what the arms train first, and the rest."""
    methods = sorted(next(iter(arms.values())).cells[0], key=order)
    yield "under PDR", [method for method in methods if kind_of(method) == "pdr"]
    yield "under the other methods", [method for method in methods if kind_of(method) != "pdr"]


def scores(arms, base, title, methods, folded):
    rows = [["before"] + [""] + [resampled_of(base).accuracy(base[method]).percent() if method in base else "-"
                                 for method in methods]]
    for arm in arms.values():
        resampled = resampled_of(arm.cells[0], len(arm.seeds))
        rows.append([arm.name, str(len(arm.seeds))]
                    + [resampled.over_seeds(arm.right(method, arm.seeds)).percent() for method in methods])
    return Table(f"Right, by arm, {title}", ["arm", "seeds"] + [short(one) for one in methods], rows,
                 "Over all seeds that an arm has: arms of different seeds are compared in the differences alone. Before: the "
                 "model that all arms begin with.", folded=folded)


def difference(arms, one, other, method):
    """(Figure, seeds) over the seeds that both have; none where there are none."""
    if one not in arms or other not in arms:
        return None
    seeds = [seed for seed in arms[one].seeds if seed in arms[other].seeds]
    if not seeds or method not in arms[one].cells[0]:
        return None
    resampled = Resampled(len(problems_of(arms[one].cells[0])), len(seeds))
    return (resampled.over_seeds(arms[one].right(method, seeds)) - resampled.over_seeds(arms[other].right(method, seeds)),
            len(seeds))


def differences(arms, compared, title, methods, folded):
    rows = []
    for name, against, about in compared:
        found = [difference(arms, name, against, method) for method in methods]
        if found and found[0]:
            rows.append([f"{name} - {against}: {about}", str(found[0][1])] + [figure.points() for figure, _ in found])
    return Table(f"Differences {title}, points", ["arms", "seeds"] + [short(one) for one in methods], rows,
                 "Problem by problem, over the seeds that both arms have.", folded=folded)


def gained(arms, base, title, methods, folded):
    """Each arm against the model that all begin with."""
    rows = []
    for arm in arms.values():
        resampled = resampled_of(arm.cells[0], len(arm.seeds))
        rows.append([arm.name, str(len(arm.seeds))]
                    + [(resampled.over_seeds(arm.right(method, arm.seeds)) - resampled.accuracy(base[method])).points()
                       if method in base else "-" for method in methods])
    return Table(f"What each arm gained over the SFT {title}, points", ["arm", "seeds"] + [short(one) for one in methods], rows,
                 "Of the SFT there is one seed.", folded=folded)


def drafts(arms, method):
    """What a search side by side lives on: drafts that are right, and that are not all right on the same problems."""
    rows = []
    for arm in arms.values():
        if method not in arm.cells[0]:
            continue
        resampled = resampled_of(arm.cells[0], len(arm.seeds))
        cells = [cell[method] for cell in arm.cells]
        right = resampled.over_seeds(np.array([cell.mean_of(lambda one: one.drafts_right) for cell in cells]))
        some = resampled.over_seeds(np.array([cell.any_draft() for cell in cells]))
        rows.append([arm.name, str(len(arm.seeds)), f"{right.value:.2f}", some.percent()])
    return Table(f"Drafts of {short(method)} by arm", ["arm", "seeds", "right drafts of a sample", "samples with a right one"], rows,
                 folded=True)


DRAFTS_OF = "pdr:16 think=48 distiller=random k=4"


def tables(folder, base, prefix=""):
    """What each arm is, then how it did."""
    arms = read(folder, prefix)
    if not arms:
        return []
    about = [(name, arms[name].about() if name in arms else TRAINS_ON[name] + ". Not trained yet") for name, _ in listed(prefix)]
    out = [Heading("The arms"), Text(SAMPLED), Words(about)]
    for title, methods in by_kind(arms):
        folded = "PDR" not in title
        found = [differences(arms, COMPARED, title, methods, folded),
                 differences(arms, VARIANTS, f"of the variants (question 6) {title}", methods, folded),
                 gained(arms, base, title, methods, True), scores(arms, base, title, methods, folded)]
        out += [table for table in found if table.rows]
    return out + [table for table in [drafts(arms, DRAFTS_OF)] if table.rows]
