"""The questions of PLAN.md as tables: each function takes evaluations and returns Tables."""
from dataclasses import dataclass

import numpy as np

STANDARD = "pdr:16 think=48 distiller=random k=4"
RANDOM4 = " distiller=random k=4"
BY_PART = " distiller=parts k=2"
PARTS = 3


@dataclass
class Table:
    title: str
    header: list
    rows: list
    note: str = ""


def short(method):
    """As a reader wants it: the usual distiller goes without saying."""
    return method.replace(RANDOM4, "").replace(BY_PART, "").replace("think=", "").replace("distiller=", "")


def costs(cell):
    return [f"{cell.b_seq.mean():.0f}", f"{cell.b_total.mean():,.0f}"]


def chains(cells):
    return [cell for method, cell in cells.items() if method.startswith("cot ")]


def in_a_row(cells):
    """Calls of 64; the first of them alone is a chain."""
    return [cell for method, cell in cells.items() if method.endswith(" think=64")
            and (method.startswith("sr:") and "analysis" not in method or method == "cot think=64")]


def gain(resampled, cell, family, cost):
    """Above a family at the same cost."""
    line = resampled.line_at(family, cost, getattr(cell, cost).mean())
    return "-" if line is None else (resampled.accuracy(cell) - line).points()


def matched(cells, resampled):
    """1: one chain, refinement in a row, PDR."""
    rows = []
    for method in sorted(cells, key=order):
        cell = cells[method]
        kind = method.split(":")[0].split(" ")[0]
        if kind not in ("cot", "sr", "pdr") or kind == "pdr" and not is_first_question(method):
            continue
        rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell)]
                    + (["", ""] if kind == "cot" else [gain(resampled, cell, chains(cells), "b_seq"),
                                                       "" if kind == "sr" else gain(resampled, cell, in_a_row(cells), "b_seq")]))
    return [Table("One chain, refinement in a row, and PDR",
                  ["method", "accuracy", "b_seq", "b_total", "above one chain at its b_seq", "above sr at its b_seq"], rows,
                  "A line between the budgets of one family gives its accuracy at the b_seq of another. Points, 95 %.")]


def is_first_question(method):
    return method.endswith(RANDOM4) and method.split(" ")[0] in ("pdr:8", "pdr:16")


def order(method):
    name, *settings = method.split(" ")
    kind, _, numbers = name.partition(":")
    think = next((int(one[6:]) for one in settings if one.startswith("think=")), 0)
    sizes = [int(one) for one in numbers.split(",") if one.isdigit()]
    return (["cot", "sr", "pdr", "vote", "best", "rsa", "pacore", "tournament"].index(kind), "analysis" in name,
            len(sizes) > 1 and kind == "pdr", sizes, think, settings)


def distillers(cells, resampled):
    """2: what is handed on, and how much of it."""
    prefix = "pdr:16 think=48 distiller="
    rows = []
    for method in sorted(cells):
        if method.startswith(prefix) and "workspace=" not in method:
            cell = cells[method]
            rows.append([short(method[len("pdr:16 think=48 "):]), resampled.accuracy(cell).percent(),
                         (resampled.accuracy(cell) - resampled.accuracy(cells[STANDARD])).points(),
                         f"{cell.b_seq.mean():.0f}", f"{cell.call.mean():.0f}", f"{cell.b_total.mean():,.0f}"])
    out = [Table("Distillers of pdr:16, think 48",
                 ["distiller", "accuracy", "above random k=4", "b_seq", "longest call", "b_total"], rows,
                 "The longest call is the context that the server must hold.")]
    rows = []
    for method in sorted((one for one in cells if "workspace=" in one), key=lambda one: int(one.split("workspace=")[1])):
        cell = cells[method]
        cut = [one.cut for _, one in cell.each() if one.place is not None]
        rows.append([method.split("workspace=")[1], resampled.accuracy(cell).percent(), f"{cell.b_seq.mean():.0f}",
                     f"{100 * np.mean(cut):.1f} %"])
    out.append(Table("Bound of the workspace (kappa), all drafts that fit", ["kappa, tokens", "accuracy", "b_seq", "cut"],
                     rows))
    return out + [faults(cells, resampled), places(cells, resampled)]


def share(cell, resampled, among, of=lambda one: one.right):
    """P(of | among) over samples, with how many there are."""
    over, under = np.zeros(len(cell.problems)), np.zeros(len(cell.problems))
    for i, one in cell.each():
        if among(one):
            under[i] += 1
            over[i] += of(one)
    figure = resampled.ratio(over, under)
    return ("-" if figure is None else figure.percent()), int(under.sum())


def faults(cells, resampled):
    rows = []
    for method in ("distiller=summary max_answer=64", "distiller=topk k=1", "distiller=topk k=4", "distiller=topk-each k=4",
                   "distiller=random k=4", "distiller=full"):
        cell = cells.get("pdr:16 think=48 " + method)
        if cell is None:
            continue
        kept = share(cell, resampled, lambda one: one.drafts_right > 0, lambda one: bool(one.place))
        after = share(cell, resampled, lambda one: one.drafts_right > 0 and not one.place)
        rows.append([method.replace("distiller=", ""), kept[0], after[0], str(after[1])])
    return Table("Right drafts that the workspace keeps",
                 ["distiller", "kept, of samples with a right draft", "right all the same where it was lost", "of samples"],
                 rows)


def places(cells, resampled):
    cell = cells["pdr:16 think=48 distiller=full"]
    rows = []
    for first, last in ((1, 1), (2, 2), (3, 3), (4, 5), (6, 8), (9, 99)):
        figure, many = share(cell, resampled, lambda one: one.place is not None and first <= one.place <= last)
        rows.append([str(first) if first == last else f"{first} to {last}" if last < 99 else f"{first} and later", figure,
                     str(many)])
    return Table("Where the first right candidate stands (distiller full)", ["place", "right", "samples"], rows)


def budgets(cells, resampled):
    """3: width at constant thinking, thinking at constant width, rounds; and who is not beaten by anyone."""
    rows = [[short(method), resampled.accuracy(cells[method]).percent(), *costs(cells[method])]
            for method in sorted(cells, key=order)
            if method.startswith("pdr:") and method.endswith(RANDOM4)]
    out = [Table("Width, thinking and rounds", ["method", "accuracy", "b_seq", "b_total"], rows)]
    honest = {method: cell for method, cell in cells.items() if "oracle" not in method}
    rows = []
    for method, cell in sorted(honest.items(), key=lambda item: item[1].b_seq.mean()):
        beaten = [any(better(other, cell, cost) for other in honest.values()) for cost in ("b_seq", "b_total")]
        if not all(beaten):
            rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell),
                         ", ".join(cost for cost, lost in zip(("b_seq", "b_total"), beaten) if not lost)])
    out.append(Table("The Pareto set: no other method is as cheap and more accurate",
                     ["method", "accuracy", "b_seq", "b_total", "by"], rows))
    return out


def better(other, cell, cost):
    mine, theirs = getattr(cell, cost).mean(), getattr(other, cost).mean()
    return theirs <= mine and other.right.mean() > cell.right.mean()


def baselines(cells, resampled):
    """4: against what others do with their tokens."""
    rows = []
    for method in sorted(cells, key=order):
        if method.split(":")[0] in ("vote", "best", "rsa", "pacore", "tournament") or method == STANDARD:
            cell = cells[method]
            bound, _ = share(cell, resampled, lambda one: True, lambda one: one.drafts_right > 0)
            family = [cells[one] for one in cells if is_first_question(one) and one.startswith("pdr:16")]
            rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell), bound,
                         *[opposite(resampled, cell, family, cost) for cost in ("b_seq", "b_total")]])
    return [Table("Vote, best of N, RSA, PaCoRe, tournament",
                  ["method", "accuracy", "b_seq", "b_total", "a draft of the first round is right (pass@N)",
                   "pdr:16 above it at its b_seq", "pdr:16 above it at its b_total"], rows)]


def opposite(resampled, cell, family, cost):
    line = resampled.line_at(family, cost, getattr(cell, cost).mean())
    return "-" if line is None else (line - resampled.accuracy(cell)).points()


def when_it_hurts(cells, resampled):
    """7: by difficulty, by how many drafts are right, by what the workspace holds."""
    pdr, chain = cells[STANDARD], cells["cot think=128"]
    hardness = np.mean([cells[f"cot think={think}"].right for think in (96, 192, 256)], axis=0)
    rows = []
    for low, high in ((0, 0.1), (0.1, 0.25), (0.25, 0.4), (0.4, 0.6), (0.6, 1.01)):
        among = ((hardness >= low) & (hardness < high)).astype(float)
        cell = [resampled.ratio(one.right * among, among) for one in (pdr, chain)]
        if cell[0] is None:
            continue
        rows.append([f"{100 * low:.0f} to {min(100, 100 * high):.0f} %", str(int(among.sum())), cell[0].percent(),
                     cell[1].percent(), (resampled.ratio((pdr.right - chain.right) * among, among)).points()])
    out = [Table("By difficulty: what one chain solves at other budgets (96, 192, 256)",
                 ["solved by chains", "problems", "pdr:16 48", "cot 128", "difference"], rows)]
    rows = []
    for low, high in ((0, 0), (1, 1), (2, 2), (3, 4), (5, 16)):
        figure, many = share(pdr, resampled, lambda one: low <= one.drafts_right <= high)
        rows.append([str(low) if low == high else f"{low} to {high}", figure, str(many)])
    out.append(Table("By how many of the 16 drafts are right", ["right drafts", "right answer", "samples"], rows))
    rows = []
    for name, among in (("no draft answered", lambda one: one.drafts_answered == 0),
                        ("wrong answers only", lambda one: one.drafts_answered > 0 and one.drafts_right == 0),
                        ("right ones, none of them in the workspace", lambda one: one.drafts_right > 0 and one.place == 0),
                        ("right ones in the workspace", lambda one: bool(one.place))):
        rows.append([name, *map(str, share(pdr, resampled, among))])
    out.append(Table("By what the drafts gave (anchoring: wrong answers only, against none)",
                     ["drafts", "right answer", "samples"], rows))
    return out


class BestOf:
    """The drafts of a vote, with an oracle that takes a right one where there is one."""

    def __init__(self, cell):
        self.b_seq, self.b_total = cell.b_seq, cell.b_total
        self.right = np.array([np.mean([one.drafts_right > 0 for one in many]) for many in cell.samples])


def parts_families(cells):
    """What PDR is held against on the task of parts, by name."""
    votes = [cell for method, cell in cells.items() if method.startswith("vote:16 ")]
    return {"one chain": chains(cells), "vote of whole answers": votes, "oracle best of 16": [BestOf(one) for one in votes],
            "vote by part": [cell for method, cell in cells.items() if method.startswith("vote:16,parts ")]}


def parts(cells, resampled):
    """The task of parts: drafts that are right in parts, and what is made of them."""
    rows = []
    for method in sorted(cells, key=order):
        cell = cells[method]
        some = [one for _, one in cell.each()]
        drafts = not method.startswith("cot")
        union = np.array([np.mean([one.parts == PARTS for one in many]) for many in cell.samples])
        rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell),
                     f"{100 * np.mean([one.drafts_right > 0 for one in some]):.1f} %" if drafts else "",
                     resampled.mean(union).percent() if drafts else ""])
    out = [Table("Three Countdowns in one problem", ["method", "all parts right", "b_seq", "b_total",
                                                     "a draft is right (oracle best of N)", "each part is right in some draft"], rows)]
    families = parts_families(cells)
    for cost in ("b_seq", "b_total"):
        rows = [[short(method)] + [gain(resampled, cells[method], family, cost) for family in families.values()]
                for method in sorted(cells, key=order) if method.startswith("pdr:")]
        out.append(Table(f"PDR above the others at its {cost}, points", ["method", *families], rows,
                         "Interpolated between their budgets; - where that is beyond them."))
    rows = []
    for method in sorted(cells, key=order):
        vote = cells.get(method.replace("pdr:", "vote:").replace(" think", ",parts think").replace(BY_PART, ""))
        if method.startswith("pdr:") and vote:
            none = share(cells[method], resampled, lambda one: one.drafts_right == 0)
            rows.append([short(method), (resampled.accuracy(cells[method]) - resampled.accuracy(vote)).points(), none[0],
                         str(none[1])])
    return out + [Table("What refining adds to the drafts", ["method", "above the vote by part of the same drafts, points",
                                                             "right where no draft was", "samples"], rows)]
