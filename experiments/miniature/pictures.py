"""Pictures as SVG, each drawn twice: for a light and for a dark page."""
import csv
import io
import re
import zlib

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  after use()
import numpy as np  # noqa: E402

from arms import COMPARED, VARIANTS, by_kind, difference  # noqa: E402
from page import Pictures  # noqa: E402
from questions import (OF_STANDARD, RANDOM4, STANDARD, chains, classes_of_difficulty, in_a_row, kind_of, of_distillers,  # noqa: E402
                       of_width, parts_families, short)

INK = {"light": "#1d2126", "dark": "#e4e7ea"}
LINE = {"light": "#d9dee3", "dark": "#343b42"}
COLOURS = ["#3b7dd8", "#d9822b", "#2f9e6e", "#8f5bd0", "#d0475b", "#6b7680"]


def both(draw):
    return tuple(one(draw, theme) for theme in ("light", "dark"))


def one(draw, theme):
    settings = {"text.color": INK[theme], "axes.labelcolor": INK[theme], "xtick.color": INK[theme], "ytick.color": INK[theme],
                "axes.edgecolor": LINE[theme], "grid.color": LINE[theme], "axes.grid": True, "svg.hashsalt": "retort",
                "axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "legend.frameon": False,
                "axes.prop_cycle": matplotlib.cycler(color=COLOURS)}
    with plt.rc_context(settings):
        figure = draw()
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
    # Ids of two pictures on one page must differ.
    number = f"{zlib.crc32((theme + text.getvalue()).encode()):08x}"
    svg = re.sub("<metadata>.*?</metadata>", "", text.getvalue()[text.getvalue().index("<svg"):], flags=re.DOTALL)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\1p{number}", svg)


def line(axes, resampled, cells, cost, label, **style):
    if not cells:
        return
    ordered = sorted(cells, key=lambda cell: getattr(cell, cost).mean())
    figures = [resampled.accuracy(cell) for cell in ordered]
    x = [getattr(cell, cost).mean() for cell in ordered]
    axes.errorbar(x, [100 * one.value for one in figures], yerr=np.hstack([one.error() for one in figures]), label=label,
                  marker="o", markersize=4, linewidth=1.6, elinewidth=0.8, capsize=2, **style)


PANEL = (4.9, 3.7)  # inches; two of them side by side fill a page


def by_cost(draw_into, caption):
    """A panel for each cost."""
    def panel(cost):
        def draw():
            figure, axes = plt.subplots(figsize=PANEL)
            draw_into(axes, cost)
            axes.set_xscale("log")
            axes.set_xlabel(f"{cost}, tokens (logarithmic)")
            axes.xaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, _: f"{x:,.0f}"))
            axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
            axes.set_ylabel("right, %")
            axes.set_ylim(bottom=0)
            if cost == "b_seq":
                axes.legend(fontsize=9)
            return figure
        return both(draw)
    return [Pictures([panel(cost) for cost in ("b_seq", "b_total")], caption + " Bars: 95 % intervals.")]


def points(names, groups, label, zero=True):
    """A row for each name, from the top; `groups`: (what, a Figure for each name, or none)."""
    def draw():
        figure, axes = plt.subplots(figsize=(PANEL[0], 0.7 + len(names) * (0.2 + 0.07 * len(groups))))
        for i, (what, figures) in enumerate(groups):
            at = [(row, one) for row, one in enumerate(figures) if one is not None]
            shift = 0.6 * ((i + 0.5) / len(groups) - 0.5)
            axes.errorbar([100 * one.value for _, one in at], [row + shift for row, _ in at],
                          xerr=np.hstack([one.error() for _, one in at]), label=what, linestyle="none", marker="o", markersize=4,
                          elinewidth=0.9, capsize=2)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlabel(label)
        if zero:
            axes.axvline(0, color="#6b7680", linewidth=1)
        if len(groups) > 1:
            axes.legend(fontsize=9, ncols=len(groups), loc="lower center", bbox_to_anchor=(0.4, 1), handletextpad=0.1,
                        columnspacing=0.8)
        return figure
    return both(draw)


def distillers(cells, resampled):
    methods = [one for one in of_distillers(cells) if one != STANDARD and "oracle-incorrect" not in one]
    figures = [resampled.accuracy(cells[one]) - resampled.accuracy(cells[STANDARD]) for one in methods]
    names = [one[len(OF_STANDARD):] for one in methods]
    return [Pictures([points(names, [("", figures)], "above random k=4, points")],
                     "Distillers of pdr:16 48 against the usual one. oracle-incorrect is far below and left out. Bars: 95 % "
                     "intervals.")] if methods else []


def difficulty(cells, resampled):
    classes = list(classes_of_difficulty(cells, resampled))
    groups = [(what, [of[i] for _, _, of in classes]) for i, what in enumerate(("pdr:16 48", "cot 128"))]
    return [Pictures([points([f"{name} ({many} problems)" for name, many, _ in classes], groups, "right, %", zero=False)],
                     "By how often chains of other budgets solve a problem: the hardest at the top. Bars: 95 % intervals.")]


def compared(arms):
    """The differences of arms, under each way of PDR that they were tried by."""
    pairs = [(one, other) for one, other, _ in COMPARED + VARIANTS if one in arms and other in arms]
    methods = next(by_kind(arms))[1] if pairs else []
    groups = [(short(method), [found and found[0] for found in (difference(arms, *pair, method) for pair in pairs)])
              for method in methods]
    return [Pictures([points([f"{one} - {other}" for one, other in pairs], groups, "difference, points")],
                     "Differences between arms under PDR. Bars: 95 % intervals over problems and seeds.")] if methods else []


def matched(cells, resampled):
    def into(axes, cost):
        line(axes, resampled, chains(cells), cost, "one chain")
        line(axes, resampled, in_a_row(cells), cost, "sr, calls of 64")
        for width in (8, 16):
            line(axes, resampled, of_width(width, cells), cost, f"pdr:{width}")
    return by_cost(into, "Each point is one budget. Left by the longest path, right by all tokens. The line of sr begins with cot 64, "
                         "its first call alone.")


def widths(cells, resampled):
    def into(axes, cost):
        groups = (("width 1 to 32, think 48", r"pdr:\d+ think=48" + RANDOM4),
                  ("think 32 to 128, width 8", "pdr:8 think=.*" + RANDOM4),
                  ("think 32 to 128, width 16", "pdr:16 think=.*" + RANDOM4),
                  ("1 to 4 rounds of 8, think 48", r"pdr:8(,8)* think=48" + RANDOM4))
        for label, pattern in groups:
            line(axes, resampled, [cell for method, cell in cells.items() if re.fullmatch(pattern, method)], cost, label)
    return by_cost(into, "What more drafts, longer drafts and more rounds give. Lines share the points that belong to both.")


def baselines(cells, resampled):
    def into(axes, cost):
        line(axes, resampled, of_width(16, cells), cost, "pdr:16")
        for kind in ("vote", "best", "rsa", "pacore", "tournament"):
            family = [cell for method, cell in cells.items() if kind_of(method) == kind]
            line(axes, resampled, family, cost, kind, linestyle="none")
    return by_cost(into, "Points above the line of pdr:16 are better than it at that cost.")


def parts(cells, resampled):
    def into(axes, cost):
        for label, family in parts_families(cells).items():
            line(axes, resampled, family, cost, label)
        for think, width in ((160, "4 to 16"), (256, "8 and 16")):
            family = [cell for method, cell in cells.items()
                      if kind_of(method) == "pdr" and f" think={think} final_think=" in method]
            line(axes, resampled, family, cost, f"pdr, width {width}, think {think}")
    return by_cost(into, "All parts right. PDR: its last call may think 320 tokens.")


def curves(arms):
    shown = {name: arm for name, arm in arms.items() if name in ("trace", "operator", "continual", "control", "all", "only")}
    if not shown:
        return []

    def panel(key, title):
        def draw():
            figure, axes = plt.subplots(figsize=PANEL)
            for colour, (name, arm) in zip(COLOURS, shown.items()):
                values = np.array([[row.get(key, np.nan) for row in rows if row.get("step", 0) > 0] for rows in arm.metrics])
                if np.isnan(values).all():
                    continue
                window = min(5, values.shape[1])
                mean = np.convolve(values.mean(axis=0), np.ones(window) / window, "valid")
                axes.plot(arm.steps_before() + window + np.arange(len(mean)), 100 * mean, label=name, color=colour)
            axes.set_title(title, fontsize=10)
            axes.set_xlabel("step since the SFT")
            axes.set_ylabel("right, %")
            if axes.has_data():
                axes.legend(fontsize=9)
            return figure
        return both(draw)
    return [Pictures([panel("trace/accuracy", "on long chains"), panel("op/accuracy", "by pdr:8")],
                     "Right while training, on training problems at temperature 1: mean of the last five steps, and of the "
                     "seeds.")]


def latency(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def draw():
        figure, axes = plt.subplots(figsize=PANEL)
        for kind in ("cot", "sr", "pdr"):
            some = [row for row in rows if kind_of(row["operator"]) == kind]
            axes.scatter([float(row["b_seq"]) for row in some], [1000 * float(row["wall_s"]) for row in some], s=8, alpha=0.6,
                         label=kind)
        axes.set_xlabel("b_seq, tokens")
        axes.set_ylabel("waiting time, ms")
        axes.legend(fontsize=9)
        return figure
    return [Pictures([both(draw)], "Each point is one sample.")]
