#!/usr/bin/env python3
"""Tables, pictures and the page of the miniature.

report.py RESULTS   writes RESULTS/tables.md and RESULTS/report.html of what stands in RESULTS"""
import csv
import sys
from pathlib import Path

import anchoring
import arms
import clock
import guide
import leads
import page
import pictures
import questions
from cells import load, resampled_of
from page import Section


def ideal_search(path):
    """By words: how often the search succeeds without a model."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8") as file:
        return {int(row["words"]): f"{100 * float(row['one']):.1f} %" for row in csv.DictReader(file)}


def section(title, said, *blocks):
    """`said`: the main answers, and what else is to be said."""
    return Section(title, *said, [block for part in blocks for block in part])


def sections(results, base, trained):
    """One for each question of PLAN.md; empty where its evaluation is not there yet."""
    resampled = resampled_of(base) if base else None

    def measured(title, groups, *makers):
        there = all((results / f"base-{group}.csv.gz").exists() for group in groups)
        return section(title, *(make(base, resampled) for make in makers)) if there else Section(title)

    yield measured("1 One chain, sequential refinement and PDR at the same b_seq", ["budgets"], leads.matched, pictures.matched,
                   lambda *of: questions.matched(*of, ideal_search(results / "ceiling.csv")))
    yield measured("2 Distillers: how drafts are handed on", ["budgets", "distillers"], leads.distillers, pictures.distillers,
                   questions.distillers, anchoring.tables)
    yield measured("3 Width, thinking and rounds", ["budgets", "rounds"], leads.budgets, pictures.widths, questions.budgets)
    yield measured("4 Other methods with as many tokens", ["budgets", "others"], leads.baselines, pictures.baselines,
                   questions.baselines)
    yield section("5 and 6 Reinforcement learning through PDR", leads.reinforced(trained), pictures.compared(trained),
                  arms.tables(results, base), pictures.curves(trained))
    yield measured("7 When PDR fails", ["budgets"], leads.failures, pictures.difficulty, questions.failures)
    path = results / "latency.csv"
    yield section("8 Waiting time in seconds", *clock.section(path, base), pictures.latency(path)) if path.exists() else \
        Section("8 Waiting time in seconds")


def parts(results, cells):
    """The second task."""
    title = "The second task: three puzzles in one problem"
    if not cells:
        return Section(title)
    resampled = resampled_of(cells)
    return section(title, leads.parts(cells, resampled), pictures.parts(cells, resampled), questions.parts(cells, resampled),
                   arms.tables(results, cells, "parts-"))


def main():
    results = Path(sys.argv[1])
    base = load(*sorted(results.glob("base-*.csv.gz")))
    parts_cells = load(*results.glob("parts.csv.gz"))
    trained = arms.read(results)
    first = [leads.goals(base, parts_cells, trained), guide.section(results, base, trained)]
    every = [*sections(results, base, trained), parts(results, parts_cells)]
    (results / "tables.md").write_text(page.markdown(guide.TITLE, guide.ABOUT, first, every), encoding="utf-8")
    (results / "report.html").write_text(page.page(guide.TITLE, guide.ABOUT, first, every), encoding="utf-8")
    print(f"{results}/report.html, {results}/tables.md")


main()
