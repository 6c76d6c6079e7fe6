"""Pictures as SVG, each drawn twice: for a light and for a dark page."""
import csv
import io
import re
import zlib

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  after use()
import numpy as np  # noqa: E402

from questions import RANDOM4, in_a_row, parts_families  # noqa: E402

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
    svg = text.getvalue()[text.getvalue().index("<svg"):]
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\1p{number}", svg)


def line(axes, resampled, cells, cost, label, **style):
    ordered = sorted(cells, key=lambda cell: getattr(cell, cost).mean())
    figures = [resampled.accuracy(cell) for cell in ordered]
    x = [getattr(cell, cost).mean() for cell in ordered]
    axes.errorbar(x, [100 * one.value for one in figures], yerr=np.hstack([one.error() for one in figures]), label=label,
                  marker="o", markersize=4, linewidth=1.6, elinewidth=0.8, capsize=2, **style)


def families(cells):
    def of(start, end=RANDOM4):
        return [cell for method, cell in cells.items() if method.startswith(start) and method.endswith(end)]
    yield "one chain", of("cot ", "")
    yield "sr, calls of 64", in_a_row(cells)
    yield "pdr:8", of("pdr:8 ")
    yield "pdr:16", of("pdr:16 ")


def two_axes(draw_into):
    def draw():
        figure, both_axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
        for axes, cost in zip(both_axes, ("b_seq", "b_total")):
            draw_into(axes, cost)
            axes.set_xscale("log")
            axes.set_xlabel(f"{cost}, tokens")
            axes.xaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, _: f"{x:,.0f}"))
            axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
        both_axes[0].set_ylabel("right, %")
        both_axes[0].legend()
        return figure
    return draw


def matched(cells, resampled):
    def into(axes, cost):
        for label, family in families(cells):
            if family:
                line(axes, resampled, family, cost, label)
    return [both(two_axes(into))]


def widths(cells, resampled):
    def into(axes, cost):
        groups = (("width 1 to 32, think 48", r"pdr:\d+ think=48" + RANDOM4),
                  ("think 32 to 128, width 8", "pdr:8 think=.*" + RANDOM4),
                  ("think 32 to 128, width 16", "pdr:16 think=.*" + RANDOM4),
                  ("1 to 4 rounds of 8, think 48", r"pdr:8(,8)* think=48" + RANDOM4))
        for label, pattern in groups:
            family = [cell for method, cell in cells.items() if re.fullmatch(pattern, method)]
            if family:
                line(axes, resampled, family, cost, label)
    return [both(two_axes(into))]


def baselines(cells, resampled):
    def into(axes, cost):
        kinds = {"pdr:16": [cell for method, cell in cells.items() if method.startswith("pdr:16 ") and method.endswith(RANDOM4)]}
        for kind in ("vote", "best", "rsa", "pacore", "tournament"):
            kinds[kind] = [cell for method, cell in cells.items() if method.startswith(kind + ":")]
        for label, family in kinds.items():
            if family:
                line(axes, resampled, family, cost, label, **({} if label == "pdr:16" else {"linestyle": "none"}))
    return [both(two_axes(into))]


def parts(cells, resampled):
    def into(axes, cost):
        for label, family in parts_families(cells).items():
            if family:
                line(axes, resampled, family, cost, label)
        for think in (160, 256):
            line(axes, resampled, [cell for method, cell in cells.items() if method.startswith("pdr:") and f"think={think} " in method],
                 cost, f"pdr, width 4 to 16, think {think}" if think == 160 else f"pdr, width 8 and 16, think {think}")
    return [both(two_axes(into))]


def curves(arms):
    shown = {name: arm for name, arm in arms.items() if name in ("trace", "operator", "continual", "control", "all", "only")}
    if not shown:
        return []

    def draw():
        figure, both_axes = plt.subplots(1, 2, figsize=(11, 4))
        for axes, key in zip(both_axes, ("trace/accuracy", "op/accuracy")):
            for colour, (name, arm) in zip(COLOURS, shown.items()):
                rows = [[row.get(key, np.nan) for row in rows if row.get("step", 0) > 0] for rows in arm.metrics]
                if np.isnan(rows).all():
                    continue
                mean = np.convolve(np.nanmean(rows, axis=0), np.ones(5) / 5, "valid")
                axes.plot(range(3, 3 + len(mean)), 100 * mean, label=name, color=colour)
            axes.set_title({"trace/accuracy": "long traces", "op/accuracy": "pdr:8"}[key] + " while training", fontsize=10)
            axes.set_xlabel("step")
            if axes.has_data():
                axes.legend()
        both_axes[0].set_ylabel("right, %, mean of five steps")
        return figure
    return [both(draw)]


def latency(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def draw():
        figure, axes = plt.subplots(figsize=(7, 4))
        for kind in ("cot", "sr", "pdr"):
            some = [row for row in rows if row["operator"].split(":")[0] == kind]
            axes.scatter([float(row["b_seq"]) for row in some], [1000 * float(row["wall_s"]) for row in some], s=8, alpha=0.6,
                         label=kind)
        axes.set_xlabel("b_seq, tokens")
        axes.set_ylabel("waiting time, ms")
        axes.legend()
        return figure
    return [both(draw)]
