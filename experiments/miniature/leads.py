"""What the tables say, in sentences, and the goals: computed, so that texts and figures cannot part."""
from dataclasses import dataclass

import numpy as np

import arms as reinforcement
from cells import Resampled
from questions import (BY_PART, RANDOM4, STANDARD, Table, chains, in_a_row, is_first_question, parts_families, share, short)

PRIMARY = "pdr:8 think=48" + RANDOM4
PARTS_STANDARD = "pdr:16 think=160" + BY_PART


@dataclass
class Goal:
    text: str
    asked: float  # points
    figure: object  # a Figure; none: not measured yet

    def row(self):
        if self.figure is None:
            return [self.text, f"{self.asked:g} points", "not measured yet", ""]
        low, _ = self.figure.interval()
        value = 100 * self.figure.value
        met = "reached" if value >= self.asked and low > 0 else "missed"
        return [self.text, f"{self.asked:g} points", self.figure.points(), met]


def above(resampled, cell, family, cost):
    """A Figure; none where the family has nothing at this cost."""
    line = resampled.line_at(family, cost, getattr(cell, cost).mean())
    return None if line is None else resampled.accuracy(cell) - line


def gains(cells, resampled, family, kinds, cost):
    """(method, Figure) of those that can be compared."""
    found = [(method, above(resampled, cell, family, cost)) for method, cell in cells.items() if kinds(method)]
    return [(method, figure) for method, figure in found if figure is not None]


def span(figures):
    values = [100 * one.value for one in figures]
    return f"{min(values):+.0f} to {max(values):+.0f} points"


def matched(cells, resampled):
    best = "pdr:16 think=64" + RANDOM4
    pdr = gains(cells, resampled, chains(cells), is_first_question, "b_seq")
    sr = gains(cells, resampled, chains(cells), lambda one: one.startswith("sr:"), "b_seq")
    if best not in cells or not pdr:
        return []
    out = []
    if best in dict(pdr):
        out.append(f"{short(best)} is right in {resampled.accuracy(cells[best]).percent()} of the samples at a b_seq of "
                   f"{cells[best].b_seq.mean():.0f}: {dict(pdr)[best].points()} points from one chain of the same b_seq.")
    low = [figure.interval()[0] for _, figure in pdr]
    out.append(f"PDR against one chain at equal b_seq, over all budgets: {span([figure for _, figure in pdr])}; "
               + ("the lines do not cross." if min(low) > 0 else "the lines cross."))
    if sr:
        out.append(f"Sequential refinement against one chain at equal b_seq: {span([figure for _, figure in sr])}.")
    longest = max(chains(cells), key=lambda cell: cell.b_total.mean())
    as_good = [(cell.b_total.mean(), method) for method, cell in cells.items()
               if is_first_question(method) and cell.right.mean() >= longest.right.mean()]
    if as_good:
        cost, method = min(as_good)
        out.append(f"By all tokens paid (b_total) a chain is cheaper: the longest is right in "
                   f"{resampled.accuracy(longest).percent()} for {longest.b_total.mean():,.0f} tokens; the cheapest PDR that is "
                   f"as good, {short(method)}, takes {cost:,.0f}.")
    return out


def distillers(cells, resampled):
    prefix = "pdr:16 think=48 distiller="
    honest = {method: cell for method, cell in cells.items()
              if method.startswith(prefix) and "oracle" not in method and "workspace" not in method}
    if len(honest) < 2:
        return []
    standard = resampled.accuracy(cells[STANDARD])
    figures = {method: resampled.accuracy(cell) - standard for method, cell in honest.items()}
    least = min(figures, key=lambda method: figures[method].value)
    out = [f"Against random k=4 the distillers differ by {span(figures.values())}; the least is "
           f"{short(least)[len('pdr:16 48 '):]} ({figures[least].points()})."]
    wrong = cells.get(prefix + "oracle-incorrect k=4")
    if wrong is not None:
        none, _ = share(cells[STANDARD], resampled, lambda one: one.drafts_answered == 0)
        out.append(f"Handed only wrong drafts (oracle-incorrect k=4) it is right in {resampled.accuracy(wrong).percent()}; where no "
                   f"draft answered, random k=4 is in {none}.")
    return out


def budgets(cells, resampled):
    widths = [(int(method.split(":")[1].split(" ")[0]), cell) for method, cell in cells.items()
              if method.startswith("pdr:") and method.endswith(" think=48" + RANDOM4) and "," not in method]
    rounds = sorted(((method.count(",") + 1, cell) for method, cell in cells.items()
                     if method.startswith("pdr:8") and method.endswith(" think=48" + RANDOM4)), key=lambda one: one[0])
    words = [f"{width}: {100 * cell.right.mean():.0f} %" for width, cell in sorted(widths, key=lambda one: one[0])]
    out = [f"By width, calls of 48: {', '.join(words)}, at a b_seq between {min(c.b_seq.mean() for _, c in widths):.0f} and "
           f"{max(c.b_seq.mean() for _, c in widths):.0f}."] if widths else []
    if len(rounds) > 1:
        words = [f"{count}: {100 * cell.right.mean():.0f} % at {cell.b_seq.mean():.0f}" for count, cell in rounds]
        family = [cells[method] for method in cells if is_first_question(method) and method.startswith("pdr:16")]
        two = above(resampled, rounds[1][1], family, "b_seq")
        out.append(f"By rounds of 8 (accuracy at b_seq): {', '.join(words)}."
                   + (f" Two rounds of 8 are {two.points()} points from one round of 16 at the same b_seq." if two else ""))
    return out


def baselines(cells, resampled):
    family = [cells[method] for method in cells if is_first_question(method) and method.startswith("pdr:16")]
    out = []
    for cost in ("b_seq", "b_total"):
        found = gains(cells, resampled, family, lambda one: one.split(":")[0] in ("vote", "best", "rsa", "pacore", "tournament"),
                      cost)
        over = [f"{short(method)} by {figure.points()}" for method, figure in found if figure.interval()[0] > 0]
        alike = [short(method) for method, figure in found if figure.interval()[0] <= 0 <= figure.interval()[1]]
        if found:
            out.append(f"At the {cost} of each, above pdr:16: {', '.join(over) or 'none'}; not told apart: {', '.join(alike) or 'none'}; "
                       f"the other {len(found) - len(over) - len(alike)} of {len(found)} below.")
    return out


def difference(arms, one, other, method, problems):
    """(Figure, seeds); none where an arm is missing."""
    if one not in arms or other not in arms:
        return None
    seeds = [seed for seed in arms[one].seeds if seed in arms[other].seeds]
    resampled = Resampled(problems, len(seeds))
    return (resampled.over_seeds(arms[one].right(method, seeds)) - resampled.over_seeds(arms[other].right(method, seeds)),
            len(seeds)) if seeds else None


def reinforced(folder, problems):
    arms = reinforcement.read(folder)
    out = []
    for one, other, words in (("operator", "trace", "Operator RL against long-trace RL at equal steps"),
                              ("continual", "control", "Operator RL after long-trace RL, against long-trace RL for as many steps"),
                              ("operator", "control", "Operator RL against long-trace RL of twice as many steps")):
        found = [(method, difference(arms, one, other, method, problems)) for method in (PRIMARY, STANDARD, "cot think=256")]
        if found[0][1]:
            out.append(f"{words}: " + ", ".join(f"{short(method)} {figure[0].points()}" for method, figure in found)
                       + f" points ({found[0][1][1]} seeds).")
    return out


def when_it_hurts(cells, resampled):
    pdr = cells[STANDARD]
    right, _ = share(pdr, resampled, lambda one: one.drafts_right > 0)
    wrong, wrong_many = share(pdr, resampled, lambda one: one.drafts_answered > 0 and one.drafts_right == 0)
    none, _ = share(pdr, resampled, lambda one: one.drafts_answered == 0)
    missing = np.mean([one.drafts_right == 0 for _, one in pdr.each()])
    return [f"In {100 * missing:.0f} % of the samples of {short(STANDARD)} no draft was right. Where one was, the answer is right in {right}; "
            f"where drafts answered and all were wrong (anchoring), in {wrong} of {wrong_many}; where none answered, in {none}."]


def parts(cells, resampled):
    if PARTS_STANDARD not in cells:
        return []
    pdr = cells[PARTS_STANDARD]
    words = []
    for name, family in parts_families(cells).items():
        figures = [(cost, above(resampled, pdr, family, cost)) for cost in ("b_seq", "b_total")]
        words.append(f"{name} " + ", ".join(f"{'-' if figure is None else figure.points()} at its {cost}" for cost, figure in figures))
    none, many = share(pdr, resampled, lambda one: one.drafts_right == 0)
    return [f"{short(PARTS_STANDARD)} has all parts right in {resampled.accuracy(pdr).percent()}; above {'; '.join(words)}.",
            f"Where no single draft had all parts right ({many} samples) the answer is right in {none}."]


def goals(base, parts_cells, folder):
    resampled = Resampled(len(next(iter(base.values())).problems))
    best = base.get("pdr:16 think=64" + RANDOM4)

    def of(cell, family, cost="b_seq"):
        return above(resampled, cell, family, cost) if cell is not None else None
    arms = reinforcement.read(folder)
    operator = difference(arms, "operator", "trace", PRIMARY, len(next(iter(base.values())).problems))
    found = [Goal("pdr:16 64 above one chain at equal b_seq", 30, of(best, chains(base))),
             Goal("pdr:16 64 above sequential refinement at equal b_seq", 0, of(best, in_a_row(base))),
             Goal("operator RL above long-trace RL, pdr:8 48, equal steps", 5, operator[0] if operator else None)]
    of_parts = [("vote of whole answers", "b_seq", 40), ("vote of whole answers", "b_total", 40),
                ("oracle best of 16", "b_seq", 40), ("oracle best of 16", "b_total", 40)]
    pdr = parts_cells.get(PARTS_STANDARD)
    resampled = Resampled(len(pdr.problems)) if pdr else None
    families = parts_families(parts_cells)
    found += [Goal(f"parts: {short(PARTS_STANDARD)} above {name} at equal {cost}", asked,
                   of(pdr, families[name], cost) if pdr else None) for name, cost, asked in of_parts]
    same = parts_cells.get("vote:16,parts think=160")
    found.append(Goal(f"parts: {short(PARTS_STANDARD)} above the vote by part of the same drafts", 10,
                      resampled.accuracy(pdr) - resampled.accuracy(same) if pdr and same else None))
    widest = [np.ptp(goal.figure.interval()) * 50 for goal in found if goal.figure is not None]
    return Table("Goals set before", ["goal", "at least", "measured, points", ""], [goal.row() for goal in found],
                 f"The widest of these intervals is +-{max(widest):.1f} points; 3 were aimed at." if widest else "")
