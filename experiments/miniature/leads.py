"""What the tables say, in sentences, and the goals: computed, so that texts and figures cannot part.

Each function returns (the main answers, what else is to be said)."""
from dataclasses import dataclass

import numpy as np

import anchoring
from arms import VARIANTS, by_kind, difference, plural
from cells import resampled_of
from page import Section, Table
from questions import (BY_PART, OF_STANDARD, OTHERS, RANDOM4, STANDARD, above, chains, costs, in_a_row, is_first_question,
                       is_in_a_row, kind_of, of_width, parts_families, percent, same_drafts, share, short)

PRIMARY = "pdr:8 think=48" + RANDOM4
BEST = "pdr:16 think=64" + RANDOM4
LITTLE = 0.05  # what the plan asks for before it calls a difference one
PARTS_STANDARD = "pdr:16 think=160 final_think=320" + BY_PART
PARTS_ALIKE = "pdr:16 think=160" + BY_PART


@dataclass
class Goal:
    text: str
    asked: float  # points
    figure: object  # a Figure; none: nothing to compute it from
    measured: bool  # else what it needs is not there yet
    many: str = ""  # seeds

    def row(self):
        if self.figure is None:
            return [self.text, f"{self.asked:g}", "-" if self.measured else "not measured yet", ""]
        reached = 100 * self.figure.value >= self.asked and self.figure.is_above_zero()
        return [self.text, f"{self.asked:g}", self.figure.points() + self.many, "reached" if reached else "missed"]


def gains(cells, resampled, family, kinds, cost):
    """(method, Figure) of those that can be compared."""
    found = [(method, above(resampled, cell, family, cost)) for method, cell in cells.items() if kinds(method)]
    return [(method, figure) for method, figure in found if figure is not None]


def span(figures):
    """The least to the greatest, with the intervals of both."""
    ordered = sorted(figures, key=lambda one: one.value)
    if len(ordered) == 1:
        return f"{ordered[0].points()} points"
    return f"{ordered[0].points()} to {ordered[-1].points()} points"


def matched(cells, resampled):
    found = [make(cells, resampled) for make in (parallel, paid, last_call, sequential)]
    more = [make(cells, resampled) for make in (all_budgets, against_refinement)]
    return [one for one in found if one], [one for one in more if one]


def parallel(cells, resampled):
    cell = cells.get(BEST)
    gained = above(resampled, cell, chains(cells), "b_seq") if cell else None
    if gained is None:
        return None
    verdict = "At the same b_seq, which is waiting where drafts do not share a processor, PDR is above one chain. " if gained.is_above_zero() else ""
    waited = waiting_for_all(cells, resampled, cell)
    return (f"{verdict}Sixteen drafts of at most 64 thinking tokens and a last call ({short(BEST)}) are right in "
            f"{resampled.accuracy(cell).percent()}, at a b_seq of {costs(cell)[0]} tokens (those on the longest path). Against "
            f"one chain with the "
            f"same b_seq that is {gained.points()} points" + (f"; where one waits for all drafts, also those that are not read, "
                                                              f"at least {waited.points()}." if waited else "."))


def waiting_for_all(cells, resampled, cell):
    """b_seq leaves out drafts that nobody read. Waiting for all takes at most the longest call, twice."""
    return above(resampled, cell, chains(cells), "b_seq", 2 * cell.call.mean())


def all_budgets(cells, resampled):
    budgets = [cell for method, cell in cells.items() if is_first_question(method)]
    found = [above(resampled, cell, chains(cells), "b_seq") for cell in budgets]
    waited = [waiting_for_all(cells, resampled, cell) for cell in budgets]
    if None in found + waited or not budgets:
        return None
    return (f"Over all {plural(len(budgets), 'budget')} of PDR: {span(found)} against one chain with the same b_seq; at least "
            f"{span(waited)} where one waits for all drafts (counted as twice the longest call).")


def last_call(cells, resampled):
    """Drafting often, or refining?"""
    if BEST not in cells:
        return None
    cell = cells[BEST]
    adds = resampled.accuracy(cell) - resampled.mean(cell.by_lot())
    none, _ = share(cell, resampled, lambda one: one.drafts_right == 0)
    verdict = "Drafting often does most of it, the last call little. " if 0 < adds.value < LITTLE else ""
    return (f"{verdict}In {resampled.mean(cell.any_draft()).percent()} some draft of {short(BEST)} is right. One of the drafts "
            f"that answered, drawn at random, is right in {percent(cell.by_lot())} already; the last call adds {adds.points()} "
            f"points to that. Where no draft is right, the final answer is right in {none}.")


def sequential(cells, resampled):
    figures = [figure for _, figure in gains(cells, resampled, chains(cells), is_in_a_row, "b_seq")]
    if not figures:
        return None
    below = all(figure.value < 0 and figure.is_told_from_zero() for figure in figures)
    verdict = "Sequential refinement is below one chain here; in the paper it is above. " if below else ""
    return (f"{verdict}Calls of 64 in a row against one chain with the same b_seq: {span(figures)}.")


def paid(cells, resampled):
    longest = max(chains(cells), key=lambda cell: cell.b_total.mean(), default=None)
    as_good = [(cell.b_total.mean(), method) for method, cell in cells.items()
               if is_first_question(method) and cell.right.mean() >= longest.right.mean()]
    if not as_good:
        return None
    cost, method = min(as_good)
    verdict = "PDR pays with more tokens in all (b_total). " if cost > longest.b_total.mean() else ""
    return (f"{verdict}The longest chain is right in {resampled.accuracy(longest).percent()} for a b_total of "
            f"{longest.b_total.mean():,.0f}; the cheapest PDR that is as good, {short(method)}, takes {cost:,.0f}, "
            f"{cost / longest.b_total.mean():.1f} times as many. What longer chains would give was not measured.")


def against_refinement(cells, resampled):
    figures = [figure for _, figure in gains(cells, resampled, in_a_row(cells), is_first_question, "b_total")]
    if not figures:
        return None
    return (f"PDR against sequential refinement at the same b_total: {span(figures)}, over the {plural(len(figures), 'budget')} "
            "of PDR that cost no more than the longest refinement measured.")


def distillers(cells, resampled):
    others = {method: cell for method, cell in cells.items() if method.startswith(OF_STANDARD) and method != STANDARD
              and "oracle" not in method and "workspace" not in method}
    if not others:
        return [], []
    standard = resampled.accuracy(cells[STANDARD])
    figures = {method: resampled.accuracy(cell) - standard for method, cell in others.items()}
    least = min(figures, key=lambda method: figures[method].value)
    told = [method[len(OF_STANDARD):] for method, figure in figures.items() if figure.is_told_from_zero()]
    alike = all(abs(one.value) < LITTLE for one in figures.values())
    verdict = "How answers are handed to the last call matters little. " if alike else ""
    found = [f"{verdict}Against four drawn at random (pdr:16 48), {plural(len(others), 'other way')} are at "
             f"{span(figures.values())}; the least is {least[len(OF_STANDARD):]}. Told apart from four at random: "
             f"{', '.join(sorted(told)) or 'none'}."]
    return found, [one for one in (slips(cells), only_wrong(cells, resampled)) if one]


def slips(cells):
    cell = cells[STANDARD]
    answers = cell.count(lambda one: one.drafts_answered)
    wrong = answers - cell.count(lambda one: one.drafts_right)
    samples = cell.count(lambda one: one.drafts_answered > one.drafts_right)
    return (f"A draft's answer can be wrong only where the model slips: {wrong:,} of {answers:,} answers of drafts, in "
            f"{samples:,} of {cell.count(lambda one: True):,} samples.") if answers else None


def only_wrong(cells, resampled):
    cell = cells.get(OF_STANDARD + "oracle-incorrect k=4")
    if cell is None:
        return None
    held, many = share(cell, resampled, lambda one: one.place is not None)
    empty, _ = share(cell, resampled, lambda one: one.place is None)
    misled = anchoring.misled(cells, resampled, OF_STANDARD + "oracle-incorrect k=4")
    cost = (f" On the same problems one chain of as many tokens as that call is right more often: these are "
            f"{(misled.right - misled.chain).points()} points from it.") if misled else ""
    return (f"That is why oracle-incorrect hands on an empty workspace for the most part: {many:,} of "
            f"{cell.count(lambda one: True):,} samples had a candidate that is not right. The final answer is right in {held} of "
            f"these, in {empty} where the workspace was empty, and in {resampled.accuracy(cell).percent()} of all.{cost}")


def budgets(cells, resampled):
    widths = [(int(method.split(":")[1].split(" ")[0]), cell) for method, cell in cells.items()
              if kind_of(method) == "pdr" and method.endswith(" think=48" + RANDOM4) and "," not in method]
    rounds = sorted(((method.count(",") + 1, cell) for method, cell in cells.items()
                     if method.startswith("pdr:8") and method.endswith(" think=48" + RANDOM4)), key=lambda one: one[0])
    found = []
    if widths:
        words = [f"{width}: {percent(cell.right)}" for width, cell in sorted(widths, key=lambda one: one[0])]
        seq = [cell.b_seq.mean() for _, cell in widths]
        found.append(f"Share right by width, calls of 48: {', '.join(words)}, at a b_seq of {min(seq):.0f} to {max(seq):.0f}.")
    if len(rounds) > 1:
        words = [f"{count}: {percent(cell.right)} at {costs(cell)[0]}" for count, cell in rounds]
        two = above(resampled, rounds[1][1], of_width(16, cells), "b_seq")
        found.append(f"By rounds of 8 drafts, right at b_seq: {', '.join(words)}."
                     + (f" Two rounds of 8 are {two.points()} points from one round of 16 with the same b_seq." if two else ""))
    return [], found


def baselines(cells, resampled):
    out = [against_others(cells, resampled, cost) for cost in ("b_seq", "b_total")]
    return [one for one in out[:1] if one], [one for one in out[1:] if one]


def against_others(cells, resampled, cost):
    found = gains(cells, resampled, of_width(16, cells), lambda one: kind_of(one) in OTHERS, cost)
    if not found:
        return None
    over = [f"{short(method)} ({figure.points()})" for method, figure in found if figure.is_above_zero()]
    alike = [short(method) for method, figure in found if not figure.is_told_from_zero()]
    return (f"Other methods against pdr:16 with the same {cost}: above it are {', '.join(over) or 'none'}; not told apart from "
            f"it: {', '.join(alike) or 'none'}; below it are {len(found) - len(over) - len(alike)} of the {len(found)} that can "
            "be compared.")


def verdict(figure):
    """On the primary comparison."""
    if not figure.is_told_from_zero():
        return f"Training through PDR shows no sure gain in the comparison that was fixed beforehand ({short(PRIMARY)}). "
    return f"Training through PDR is {'above' if figure.value > 0 else 'below'} training on long chains under {short(PRIMARY)}. "


def reinforced(arms):
    """The primary comparison first."""
    out = []
    for one, other, words in (("operator", "trace", "RL through PDR (operator) against RL on long chains (trace), equal steps"),
                              ("continual", "control", "RL through PDR after trace (continual) against as many more steps of "
                                                       "trace (control)"),
                              ("operator", "control", "RL through PDR (operator) against twice the steps of long chains "
                                                      "(control)")):
        found = [(method, difference(arms, one, other, method)) for method in (PRIMARY, STANDARD, "cot think=256")]
        if all(figure for _, figure in found):
            seeds = found[0][1][1]
            tokens = f"{arms[one].sampled_tokens():.1f} and {arms[other].sampled_tokens():.1f} million tokens sampled"
            differences = ", ".join(f"{short(method)} {figure[0].points()}" for method, figure in found)
            out.append((verdict(found[0][1][0]) if not out else "") + f"{words}: {differences}"
                       + f" points; {plural(seeds, 'seed')}, {tokens}." + (" The interval of one seed says nothing of other "
                                                                           "seeds." if seeds == 1 else ""))
    return out[:1] + varied(arms), out[1:]


def varied(arms):
    """Question 6: what can be told apart from what it changes."""
    methods = next(by_kind(arms))[1] if arms else []
    found = [(f"{one} - {other} under {short(method)}", difference(arms, one, other, method))
             for one, other, _ in VARIANTS for method in methods]
    found = [(name, figure[0]) for name, figure in found if figure]
    told = [f"{name} {figure.points()}" for name, figure in found if figure.is_told_from_zero()]
    if not found:
        return []
    return [f"What drives it: of {plural(len(found), 'comparison')} of variants (mixtures, drafts from a pool, all calls "
            f"learning, two rounds; each by {plural(len(methods), 'way')} of PDR) a difference "
            f"shows in {len(told)}, where chance alone would give {0.05 * len(found):.0f} or so: {'; '.join(told) or 'none'}."]


def failures(cells, resampled):
    pdr = cells[STANDARD]
    right, _ = share(pdr, resampled, lambda one: one.drafts_right > 0)
    wrong, many = share(pdr, resampled, lambda one: one.drafts_answered > 0 and one.drafts_right == 0)
    none, _ = share(pdr, resampled, lambda one: one.drafts_answered == 0)
    missing = pdr.mean_of(lambda one: one.drafts_right == 0)
    lost, kept = pdr.count(lambda one: one.drafts_right > 0 and not one.right), pdr.count(lambda one: one.drafts_right > 0)
    verdict = "PDR fails where no draft is right, and hardly elsewhere. " if lost < LITTLE * kept else ""
    return [], [f"{verdict}No draft is right in {resampled.mean(missing).percent()} of the samples of {short(STANDARD)}. Where "
                "some "
            f"draft was right, the final answer is right in {right}; where drafts answered and all were wrong "
            f"({plural(many, 'sample')}), in {wrong}; where none answered, in {none}."]


def parts(cells, resampled):
    pdr = cells.get(PARTS_STANDARD)
    if pdr is None:
        return [], []
    words = [f"{figure.points()} from {name}" for name, figure in
             ((name, above(resampled, pdr, family, "b_seq")) for name, family in parts_families(cells).items()) if figure]
    same = cells.get(same_drafts(PARTS_STANDARD))
    found = [f"Three puzzles in one problem: {short(PARTS_STANDARD)} has all parts right in {resampled.accuracy(pdr).percent()} "
             f"at a b_seq of "
             f"{costs(pdr)[0]}. " + (f"At the same b_seq, in points: {'; '.join(words)}. " if words else "")
             + (f"Against the vote by part of the same drafts, without a last call: "
                f"{(resampled.accuracy(pdr) - resampled.accuracy(same)).points()} "
                "points." if same else "")]
    return found, []


def goals(base, parts_cells, arms):
    best = base.get(BEST)

    def of(cell, family, cost="b_seq"):
        return above(resampled_of(base), cell, family, cost) if cell is not None else None

    trained = difference(arms, "operator", "trace", PRIMARY)
    found = [Goal("pdr:16 64 above one chain at the same b_seq", 30, of(best, chains(base)), bool(best)),
             Goal("pdr:16 64 above sequential refinement at the same b_seq", 0, of(best, in_a_row(base)), bool(best)),
             Goal("RL through PDR above RL on long chains, pdr:8 48, equal steps", 5, trained and trained[0], bool(trained),
                  f", {plural(trained[1], 'seed')}" if trained else "")]
    found += parts_goals(parts_cells)
    table = Table("", ["goal", "points asked", "measured, points", ""], [goal.row() for goal in found],
                  "Reached: at least as many points as asked, and an interval above 0. On the task of parts see the last "
                  "section." + widest(found))
    return Section("Goals, set before the runs", [], [], [table])


def parts_goals(cells):
    pdr, same = cells.get(PARTS_STANDARD), cells.get(same_drafts(PARTS_STANDARD))
    resampled = resampled_of(cells) if cells else None
    name = f"parts: {short(PARTS_STANDARD)} above"
    out = [Goal(f"{name} {what} at the same {cost}", 40,
                above(resampled, pdr, parts_families(cells)[what], cost) if pdr else None, bool(pdr))
           for what in ("vote of whole answers", "oracle best of 16") for cost in ("b_seq", "b_total")]
    for cell, last in ((pdr, "320"), (cells.get(PARTS_ALIKE), "160, as the drafts have")):
        out.append(Goal(f"parts: pdr:16 160 above the vote by part of the same drafts, with a last call of {last}", 10,
                        resampled.accuracy(cell) - resampled.accuracy(same) if cell and same else None, bool(cell and same)))
    return out


def widest(found):
    intervals = [goal.figure.interval() for goal in found if goal.figure is not None]
    widths = [np.ptp(one) * 50 for one in intervals if one is not None]
    return f" The widest of these intervals is ±{max(widths):.1f} points; ±3 were aimed at." if widths else ""
