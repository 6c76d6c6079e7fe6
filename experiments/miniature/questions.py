"""The questions of PLAN.md as tables: each function takes evaluations and returns Tables.

In all of them "-" is what cannot be computed (no such sample, or beyond the budgets that were measured), and an empty cell
what is not asked of that row."""
import numpy as np

from page import Table

STANDARD = "pdr:16 think=48 distiller=random k=4"
RANDOM4 = " distiller=random k=4"
BY_PART = " distiller=parts k=2"
OF_STANDARD = "pdr:16 think=48 distiller="
OTHERS = ("vote", "best", "rsa", "pacore", "tournament")
PARTS = 3
FEW = 20  # samples: of fewer no share is given, but how many of how many


def short(method):
    """As a reader wants it: the usual distiller goes without saying."""
    return method.replace(RANDOM4, "").replace(BY_PART, "").replace("think=", "").replace("distiller=", "")


def costs(cell):
    return [f"{cell.b_seq.mean():.0f}", f"{cell.b_total.mean():,.0f}"]


def percent(values):
    return f"{100 * np.mean(values):.1f} %"


def kind_of(method):
    return method.split(":")[0].split(" ")[0]


def chains(cells):
    return [cell for method, cell in cells.items() if kind_of(method) == "cot"]


def is_in_a_row(method):
    """Refinement by calls of 64 without analysis."""
    return kind_of(method) == "sr" and method.endswith(" think=64") and "analysis" not in method


def in_a_row(cells):
    """The first call of refinement alone is a chain: the family begins with it."""
    return [cell for method, cell in cells.items() if is_in_a_row(method) or method == "cot think=64"]


def is_first_question(method):
    return method.endswith(RANDOM4) and method.split(" ")[0] in ("pdr:8", "pdr:16")


def of_width(width, cells):
    return [cell for method, cell in cells.items() if is_first_question(method) and method.startswith(f"pdr:{width} ")]


def above(resampled, cell, family, cost, at=None):
    """A Figure: above what a family has at the same cost, or at the cost `at`; none where it has nothing there."""
    line = resampled.line_at(family, cost, getattr(cell, cost).mean() if at is None else at)
    return None if line is None else resampled.accuracy(cell) - line


def gain(resampled, cell, family, cost):
    figure = above(resampled, cell, family, cost)
    return "-" if figure is None else figure.points()


def share(cell, resampled, among, of=lambda one: one.right):
    """P(of | among) over samples, with how many there are."""
    over, under = np.zeros(len(cell.problems)), np.zeros(len(cell.problems))
    for i, one in cell.each():
        if among(one):
            under[i] += 1
            over[i] += of(one)
    many = int(under.sum())
    if many == 0:
        return "-", 0
    return (f"{over.sum():.0f} of {many}" if many < FEW else resampled.ratio(over, under).percent()), many


def order(method):
    name, *settings = method.split(" ")
    kind, _, numbers = name.partition(":")
    think = next((int(one[6:]) for one in settings if one.startswith("think=")), 0)
    sizes = [int(one) for one in numbers.split(",") if one.isdigit()]
    return (["cot", "sr", "pdr", *OTHERS].index(kind), "analysis" in name, len(sizes) > 1 and kind == "pdr", sizes, think,
            settings)


def matched(cells, resampled, ideal):
    """1. `ideal`: by thinking budget, how often the search succeeds without a model."""
    return [parallel(cells, resampled), one_chain(cells, resampled, ideal), sequential(cells, resampled)]


def parallel(cells, resampled):
    rows = []
    for method in sorted(filter(is_first_question, cells), key=order):
        cell = cells[method]
        rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell),
                     gain(resampled, cell, chains(cells), "b_seq"), gain(resampled, cell, in_a_row(cells), "b_seq"),
                     majority(cells, method), percent(cell.any_draft()), percent(cell.by_lot())])
    return Table("Parallel-distill-refine (PDR)",
                 ["method", "right", "b_seq", "b_total", "above one chain, points", "above sr, points", "majority of the drafts",
                  "some draft right (pass@N)", "a draft by lot"], rows,
                 "Above: at the b_seq of the row, where the other method's accuracy is read from the line between its two "
                 "nearest budgets. Majority: a vote over the same drafts, where it was measured. Some draft right: no method that "
                 "only chooses among these drafts can do better. A draft by lot: one of those that answered, drawn at random, "
                 "without a last call; what the last call adds is the difference to it.")


def majority(cells, method):
    """The vote over the same drafts."""
    vote = cells.get(method.replace("pdr:", "vote:").replace(RANDOM4, ""))
    return "-" if vote is None else percent(vote.right)


def one_chain(cells, resampled, ideal):
    rows = []
    for method in sorted((one for one in cells if kind_of(one) == "cot"), key=order):
        cell = cells[method]
        rows.append([short(method), resampled.accuracy(cell).percent(), costs(cell)[0],
                     ideal.get(int(method.split("=")[1]), "-")])
    return Table("One chain", ["method", "right", "b_seq = b_total", "ideal search"], rows,
                 "A chain stops where it finds a solution: mean tokens are below the budget. Ideal search: the search that the "
                 "model was taught, run by a program that never slips, with as many words. A chain near it uses its budget well.")


def sequential(cells, resampled):
    rows = []
    for method in sorted((one for one in cells if kind_of(one) == "sr"), key=order):
        cell = cells[method]
        rows.append([short(method), resampled.accuracy(cell).percent(), costs(cell)[0],
                     gain(resampled, cell, chains(cells), "b_seq")])
    return Table("Sequential refinement (sr)", ["method", "right", "b_seq = b_total", "above one chain, points"], rows,
                 "sr:1 64 would be cot 64, its first call alone: the line of sr begins there. With \",analysis\" a call that "
                 "looks for faults stands between two attempts. - : beyond the longest chain that was measured.")


def of_distillers(cells):
    """The methods that differ from the standard one by the distiller alone; oracles last."""
    methods = [one for one in cells if one.startswith(OF_STANDARD) and "workspace=" not in one]
    return sorted(methods, key=lambda one: ("oracle" in one, one))


def distillers(cells, resampled):
    """2: what is handed on, and how much of it."""
    rows = []
    for method in of_distillers(cells):
        cell = cells[method]
        difference = "" if method == STANDARD else (resampled.accuracy(cell) - resampled.accuracy(cells[STANDARD])).points()
        rows.append([method[len(OF_STANDARD):], resampled.accuracy(cell).percent(), difference, costs(cell)[0],
                     f"{cell.call.mean():.0f}", costs(cell)[1]])
    return [Table("Distillers of pdr:16 48",
                  ["distiller", "right", "above random k=4, points", "b_seq", "longest call", "b_total"], rows,
                  "All over the same drafts. The two oracles know which drafts are right; no real method does. Longest call: the "
                  "context that the model needs.", reference=STANDARD[len(OF_STANDARD):]),
            bounds(cells, resampled), faults(cells, resampled), places(cells, resampled)]


def bounds(cells, resampled):
    rows = []
    for method in sorted((one for one in cells if "workspace=" in one), key=lambda one: int(one.split("workspace=")[1])):
        cell = cells[method]
        rows.append([method.split("workspace=")[1], resampled.accuracy(cell).percent(), costs(cell)[0],
                     share(cell, resampled, lambda one: one.place is not None, lambda one: one.cut)[0]])
    return Table("How many tokens the workspace may hold (kappa)", ["kappa", "right", "b_seq", "workspaces cut"], rows,
                 "All drafts that fit, in random order. A candidate takes about 12 tokens.", folded=True)


def faults(cells, resampled):
    rows = []
    for distiller in ("summary max_answer=64", "topk k=1", "topk k=4", "topk-each k=4", "random k=4", "full"):
        cell = cells.get(OF_STANDARD + distiller)
        if cell is None:
            continue
        kept, _ = share(cell, resampled, lambda one: one.drafts_right > 0, lambda one: bool(one.place))
        after, lost = share(cell, resampled, lambda one: one.drafts_right > 0 and not one.place)
        rows.append([distiller, kept, str(lost), after])
    return Table("Whether a right draft reaches the workspace",
                 ["distiller", "kept, where some draft was right", "samples that lost it", "right all the same"], rows,
                 folded=True)


def places(cells, resampled):
    cell = cells[OF_STANDARD + "full"]
    rows = []
    for name, first, last in (("1", 1, 1), ("2", 2, 2), ("3 and later", 3, 99)):
        right, many = share(cell, resampled, lambda one: one.place is not None and first <= one.place <= last)
        rows.append([name, right, f"{many:,}"])
    return Table("Where the first right candidate stands in the workspace (distiller full)", ["place", "right", "samples"], rows,
                 folded=True)


def budgets(cells, resampled):
    """3: width at constant thinking, thinking at constant width, rounds; and who is not beaten by anyone."""
    rows = [[short(method), resampled.accuracy(cells[method]).percent(), *costs(cells[method]),
             *(gain(resampled, cells[method], chains(cells), cost) for cost in ("b_seq", "b_total")),
             percent(cells[method].any_draft())]
            for method in sorted(cells, key=order) if kind_of(method) == "pdr" and method.endswith(RANDOM4)]
    return [Table("Width, thinking and rounds",
                  ["method", "right", "b_seq", "b_total", "above one chain at its b_seq, points",
                   "above one chain at its b_total, points", "some draft of the first round right"], rows,
                  "- : beyond the longest chain that was measured."), pareto(cells, resampled)]


def pareto(cells, resampled):
    honest = {method: cell for method, cell in cells.items() if "oracle" not in method}
    rows = []
    for method, cell in sorted(honest.items(), key=lambda item: item[1].b_seq.mean()):
        best = [cost for cost in ("b_seq", "b_total") if not any(is_better(other, cell, cost) for other in honest.values())]
        if best:
            rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell), ", ".join(best)])
    return Table("The Pareto set: no other method costs as little and is right more often",
                 ["method", "right", "b_seq", "b_total", "by"], rows, folded=True)


def is_better(other, cell, cost):
    mine, theirs = getattr(cell, cost).mean(), getattr(other, cost).mean()
    return theirs <= mine and other.right.mean() > cell.right.mean()


def baselines(cells, resampled):
    """4: against what others do with their tokens."""
    rows = []
    for method in sorted(cells, key=order):
        if kind_of(method) in OTHERS or method == STANDARD:
            cell = cells[method]
            compared = ["", ""] if method == STANDARD else [opposite(resampled, cell, of_width(16, cells), cost)
                                                            for cost in ("b_seq", "b_total")]
            rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell), percent(cell.any_draft()), *compared])
    return [Table("Vote, best of N, RSA, PaCoRe, tournament",
                  ["method", "right", "b_seq", "b_total", "some draft right (pass@N)", "pdr:16 above it at its b_seq, points",
                   "pdr:16 above it at its b_total, points"], rows,
                  "pdr:16 at the same cost is read from the line between its budgets; - : beyond them. The b_seq of pdr:16 "
                  "leaves out drafts that its last call did not read, which is in its favour here.", reference=short(STANDARD))]


def opposite(resampled, cell, family, cost):
    line = resampled.line_at(family, cost, getattr(cell, cost).mean())
    return "-" if line is None else (line - resampled.accuracy(cell)).points()


def failures(cells, resampled):
    """7: by what the drafts gave, by how many are right, by difficulty."""
    pdr = cells[STANDARD]
    return [by_drafts(pdr, resampled), by_difficulty(cells, resampled), by_right_drafts(pdr, resampled)]


def by_drafts(pdr, resampled):
    rows = []
    for name, among in (("no draft answered", lambda one: one.drafts_answered == 0),
                        ("only wrong answers", lambda one: one.drafts_answered > 0 and one.drafts_right == 0),
                        ("right ones, none in the workspace", lambda one: one.drafts_right > 0 and one.place == 0),
                        ("right ones in the workspace", lambda one: bool(one.place))):
        right, many = share(pdr, resampled, among)
        rows.append([name, right, f"{many:,}"])
    return Table("pdr:16 48 by what its drafts gave", ["drafts", "right in the end", "samples"], rows,
                 "Anchoring, believing wrong drafts, would lower the second row; but the rows are of different problems, so that a "
                 "small cost would not show.")


def by_right_drafts(pdr, resampled):
    rows = []
    for low, high in ((0, 0), (1, 1), (2, 2), (3, 4), (5, 16)):
        right, many = share(pdr, resampled, lambda one: low <= one.drafts_right <= high)
        rows.append([str(low) if low == high else f"{low} to {high}", right, f"{many:,}"])
    return Table("pdr:16 48 by how many of its 16 drafts are right", ["right drafts", "right in the end", "samples"], rows,
                 folded=True)


def classes_of_difficulty(cells, resampled):
    """(name, problems, Figures of pdr and of the chain). Classes by how often chains of other budgets solve a problem."""
    pdr, chain = cells[STANDARD], cells["cot think=128"]
    ease = np.mean([cells[f"cot think={think}"].right for think in (96, 192, 256)], axis=0)
    for low, high in ((0, 0.1), (0.1, 0.25), (0.25, 0.4), (0.4, 0.6), (0.6, 1.01)):
        among = ((ease >= low) & (ease < high)).astype(float)
        if among.any():
            yield (f"{100 * low:.0f} to {min(100, 100 * high):.0f} %", int(among.sum()),
                   [resampled.ratio(values * among, among) for values in (pdr.right, chain.right)])


def by_difficulty(cells, resampled):
    pdr, chain = cells[STANDARD], cells["cot think=128"]
    rows = [[name, str(many), *(one.percent() for one in of), (of[0] - of[1]).points()]
            for name, many, of in classes_of_difficulty(cells, resampled)]
    return Table("pdr:16 48 against one chain by difficulty",
                 ["solved by chains", "problems", "pdr:16 48", "cot 128", "difference, points"],
                 rows, f"Classes by how often chains of other budgets (96, 192, 256) solve a problem. On average cot 128 has a "
                 f"b_seq of {costs(chain)[0]}, pdr:16 48 of {costs(pdr)[0]}; by b_total pdr:16 48 costs {costs(pdr)[1]}.")


class BestOf:
    """The drafts of a vote, with an oracle that takes a right one where there is one."""

    def __init__(self, cell):
        self.b_seq, self.b_total, self.right = cell.b_seq, cell.b_total, cell.any_draft()


def parts_families(cells):
    """What PDR is held against on the task of parts, by name."""
    votes = [cell for method, cell in cells.items() if method.startswith("vote:16 ")]
    return {"one chain": chains(cells), "vote of whole answers": votes, "oracle best of 16": [BestOf(one) for one in votes],
            "vote by part": [cell for method, cell in cells.items() if method.startswith("vote:16,parts ")]}


def same_drafts(method):
    """The vote by part over the drafts of a method of PDR."""
    return method.replace("pdr:", "vote:").replace(" think", ",parts think").replace(" final_think=320", "").replace(BY_PART, "")


def parts(cells, resampled):
    """The task of parts: drafts that are right in parts, and what is made of them."""
    methods = sorted(cells, key=order)
    pdr = [method for method in methods if kind_of(method) == "pdr"]
    rows = []
    for method in methods:
        cell = cells[method]
        drafts = ["", ""] if kind_of(method) == "cot" else [percent(cell.any_draft()),
                                                            percent(cell.mean_of(lambda one: one.parts == PARTS))]
        rows.append([short(method), resampled.accuracy(cell).percent(), *costs(cell), *drafts])
    out = [Table("Three Countdowns in one problem", ["method", "all parts right", "b_seq", "b_total", "some draft right (pass@N)",
                                                     "each part right in some draft"], rows)]
    families = parts_families(cells)
    for cost in ("b_seq", "b_total"):
        rows = [[short(method)] + [gain(resampled, cells[method], family, cost) for family in families.values()]
                for method in pdr]
        out.append(Table(f"PDR above the others at its {cost}, points", ["method", *families], rows,
                         "Read from the lines between their budgets; - : beyond them. The oracle knows which whole draft is "
                         "right."))
    rows = []
    for method in pdr:
        vote = cells.get(same_drafts(method))
        if vote:
            none, many = share(cells[method], resampled, lambda one: one.drafts_right == 0)
            adds = resampled.accuracy(cells[method]) - resampled.accuracy(vote)
            rows.append([short(method), adds.points(), none, f"{many:,}"])
    return out + [Table("What the last call adds to the drafts",
                        ["method", "above the vote by part of the same drafts, points", "right where no draft was", "samples"],
                        rows)]
