#!/usr/bin/env python3
"""Tables, pictures and the page of the miniature.

report.py RESULTS   writes RESULTS/tables.md and RESULTS/report.html of what stands in RESULTS"""
import csv
import html
import sys
from pathlib import Path

import numpy as np

import arms
import leads
import pictures
import questions
from cells import Resampled, load
from questions import Table

ABOUT = """Does a language model answer better, for the same waiting time, when it drafts several short attempts side by side
and then refines what they found, instead of thinking longer in one go? "Rethinking Thinking Tokens" (arXiv 2510.01123) says so of large
models. Here small ones (under a million parameters, trained from nothing on two processor cores) answer it on Countdown: make a
target, such as 24, from four numbers. All of it can be run again: experiments/miniature/run.sh."""

WORDS = [
    ("b_seq", "tokens on the longest path to the answer: what one waits for"),
    ("b_total", "tokens of all calls: what one pays"),
    ("cot 256", "one chain of thought of at most 256 tokens; then it must answer"),
    ("sr:4 64", "sequential refinement: a first attempt of at most 64 tokens, and three calls in a row that each read the one before"),
    ("pdr:16 48", "parallel-distill-refine: 16 drafts side by side of at most 48 tokens each, a workspace of what they answered, and one "
                  "last call of 48 that reads it. pdr:8,8 has two such rounds before the last call"),
    ("draft", "one of the calls side by side. It answers only where it reached the target; else it has no answer"),
    ("distiller", "how the workspace is made: random k=4 takes four drafts that answered by lot, full all, conclusions their answers alone, "
                  "topk those that the model scores best, summary a text of the model; oracle-correct and -incorrect only right or wrong ones"),
    ("kappa", "how many tokens a workspace may hold"),
    ("vote:16, best:16", "the most frequent answer of 16 drafts; the one that the model scores best"),
    ("rsa, pacore, tournament", "other published ways to spend calls: drafts recombined in groups, drafts' messages read by a last call, "
                                "drafts compared until one is left"),
    ("pass@N", "whether any draft was right: the bound of every method that only chooses"),
    ("points", "differences in percentage points. In brackets 95 % intervals, resampled over problems, and over seeds where there are several"),
]


def ceiling(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as file:
        rows = [[row["words"], *(f"{100 * float(row[key]):.1f} %" for key in ("one", "best_of_16"))]
                for row in csv.DictReader(file)]
    return [Table("The search itself, without a model", ["words", "one search", "any of 16"], rows,
                  "What a chain comes to that searches as it was taught and makes no mistake.")]


def latency(path):
    """8: does waiting time follow b_seq?"""
    if not path.exists():
        return []
    by_method = {}
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_method.setdefault((row["operator"], int(row["think"])), []).append(
                (float(row["b_seq"]), float(row["b_total"]), float(row["wall_s"])))
    rows = []
    for (operator, think), samples in by_method.items():
        b_seq, b_total, wall = np.array(samples).T
        rows.append([operator, str(think), f"{b_seq.mean():.0f}", f"{b_total.mean():,.0f}", f"{1000 * wall.mean():.0f}",
                     f"{1000 * np.median(wall):.0f}", f"{1e6 * wall.mean() / b_seq.mean():.0f}",
                     f"{1e6 * wall.mean() / b_total.mean():.0f}"])
    means = np.array([np.mean(samples, axis=0) for samples in by_method.values()])
    fit = [np.corrcoef(means[:, i], means[:, 2])[0, 1] for i in (0, 1)]
    return [Table("Waiting time in process, one sample at a time",
                  ["method", "think", "b_seq", "b_total", "mean, ms", "median, ms", "us a token of b_seq",
                   "us a token of b_total"], rows,
                  f"Over methods the mean time correlates with b_seq by {fit[0]:.2f}, with b_total by {fit[1]:.2f}.")]


def sections(results):
    """(title, sentences, tables, pictures) of each question; none where its evaluation is not there yet."""
    base = load(*sorted(results.glob("base-*.csv.gz")))
    resampled = Resampled(len(next(iter(base.values())).problems))

    def measured(group, make):
        return make(base, resampled) if (results / f"base-{group}.csv.gz").exists() else []

    yield "1 At equal waiting time", leads.matched(base, resampled), \
        questions.matched(base, resampled) + ceiling(results / "ceiling.csv"), pictures.matched(base, resampled)
    yield "2 Distillers", measured("distillers", leads.distillers), measured("distillers", questions.distillers), []
    yield "3 Width, thinking, rounds", measured("rounds", leads.budgets), measured("rounds", questions.budgets), \
        measured("rounds", pictures.widths)
    yield "4 Other methods", measured("others", leads.baselines), measured("others", questions.baselines), \
        measured("others", pictures.baselines)
    yield "5 and 6 Reinforcement", leads.reinforced(results, len(next(iter(base.values())).problems)), \
        arms.tables(results, base), pictures.curves(arms.read(results))
    yield "7 When PDR hurts", leads.when_it_hurts(base, resampled), questions.when_it_hurts(base, resampled), []
    yield parts(results)
    yield "8 Waiting time", [], latency(results / "latency.csv"), pictures.latency(results / "latency.csv")


def parts_cells(results):
    path = results / "parts.csv.gz"
    return load(path) if path.exists() else {}


def parts(results):
    """The second task."""
    title, cells = "The task of parts", parts_cells(results)
    if not cells:
        return title, [], [], []
    resampled = Resampled(len(next(iter(cells.values())).problems))
    return title, leads.parts(cells, resampled), questions.parts(cells, resampled) + arms.tables(results, cells, "parts-"), \
        pictures.parts(cells, resampled)


def markdown(table):
    lines = [f"**{table.title}**", "", "| " + " | ".join(table.header) + " |", "|" + "---|" * len(table.header)]
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return "\n".join(lines + (["", table.note] if table.note else [])) + "\n"


def as_html(table):
    head = "".join(f"<th>{html.escape(one)}</th>" for one in table.header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(one)}</td>" for one in row) + "</tr>" for row in table.rows)
    note = f"<p class=note>{html.escape(table.note)}</p>" if table.note else ""
    return (f"<h3>{html.escape(table.title)}</h3>{note}<div class=wide><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>")


PAGE = """<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
<title>The paper in miniature</title><style>
:root{color-scheme:light dark;--ink:#1d2126;--soft:#5c6670;--line:#d9dee3;--page:#fff;--head:#f4f6f8}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#9aa5af;--line:#343b42;--page:#15181b;--head:#1e2327}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:1080px;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem}h2{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}h3{font-size:1rem;margin:1.5rem 0 .4rem}
.note,.about{color:var(--soft)}.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}th{background:var(--head)}
th:first-child,td:first-child{text-align:left;white-space:normal;min-width:8rem}svg{max-width:100%;height:auto}nav a{margin-right:1rem;color:inherit}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;font-size:13px}dt{font-weight:600}dd{margin:0;color:var(--soft)}
@media(max-width:600px){dl{display:block}dd{margin:0 0 .5rem}}
.dark{display:none}@media(prefers-color-scheme:dark){.dark{display:block}.light{display:none}}
</style><h1>The paper in miniature</h1>"""


def page(parts, goals):
    out = [PAGE, f"<p class=about>{html.escape(ABOUT)}</p><nav>"]
    out += [f'<a href="#q{i}">{html.escape(title)}</a>' for i, (title, *_) in enumerate(parts)]
    out += ["</nav>", as_html(goals), "<h3>Words</h3><dl>"]
    out += [f"<dt>{html.escape(word)}</dt><dd>{html.escape(meaning)}</dd>" for word, meaning in WORDS]
    out.append("</dl>")
    for i, (title, sentences, tables, images) in enumerate(parts):
        out.append(f"<h2 id=q{i}>{html.escape(title)}</h2>")
        out += [f"<p>{html.escape(one)}</p>" for one in sentences]
        out += [f"<div class=light>{light}</div><div class=dark>{dark}</div>" for light, dark in images]
        out += [as_html(table) for table in tables] or ["<p class=note>Not measured yet.</p>"]
    return "\n".join(out) + "\n</html>\n"


def text(parts, goals):
    out = [markdown(goals)]
    for title, sentences, tables, _ in parts:
        out += [f"## {title}\n", *(one + "\n" for one in sentences), *(map(markdown, tables) if tables else ["Not measured yet.\n"])]
    return "\n".join(out)


def main():
    results = Path(sys.argv[1])
    parts = list(sections(results))
    goals = leads.goals(load(*sorted(results.glob("base-*.csv.gz"))), parts_cells(results), results)
    (results / "tables.md").write_text(text(parts, goals), encoding="utf-8")
    (results / "report.html").write_text(page(parts, goals), encoding="utf-8")
    print(f"{results}/report.html, {results}/tables.md")


main()
