// Accuracy against what it costs: the first chart, and the table behind it.
import * as Plot from "@observablehq/plot";

import type { Axis, Curve, CurveFamily, CurvePoint, Estimate, ReportData, Run } from "./data";
import * as column from "./columns";
import { button, el, foreign, section, type Child } from "../../common/dom";
import { figure } from "./figure";
import { interval, kAxes, percent, points, seconds } from "./format";
import { familyColour, familySymbol, type Palette } from "./palette";
import { table, type Column } from "./table";

const kNarrow = 520;
const kWideRange = 6; // from here on a logarithmic axis

interface Dot extends CurvePoint {
    family: number;
    lo: number;
    hi: number;
}

function dots(line: CurveFamily): Dot[] {
    return line.points.map((point) => {
        const { value, lo, hi } = point.accuracy;
        return { ...point, family: line.family, lo: lo ?? value, hi: hi ?? value };
    });
}

function pointTitle(data: ReportData, axis: Axis, dot: Dot): string {
    const run = data.runs[dot.run];
    const frontier = dot.on_frontier === null ? "" : `, there in ${percent(dot.on_frontier)} of resamplings`;
    return [
        run?.label ?? "",
        `${percent(dot.accuracy.value)} (${interval(dot.accuracy)})`,
        `${kAxes[axis].name} ${kAxes[axis].show(dot.x)}`,
        dot.pareto ? `on the frontier${frontier}` : "",
    ].filter(Boolean).join("\n");
}

function marksOf(line: Dot[], colours: Palette): Plot.Markish[] {
    const family = line[0]?.family ?? 0;
    const colour = familyColour(colours, family);
    const band = Plot.areaY(line, { x: "x", y1: "lo", y2: "hi", fill: colour, fillOpacity: 0.13 });
    const bars = Plot.ruleX(line, { x: "x", y1: "lo", y2: "hi", stroke: colour, strokeOpacity: 0.55, strokeWidth: 1.5 });
    const symbol = familySymbol(family);
    return [
        line.length > 1 ? band : null,
        bars,
        Plot.line(line, { x: "x", y: (dot: Dot) => dot.accuracy.value, stroke: colour, strokeWidth: 2 }),
        Plot.dot(line, { x: "x", y: (dot: Dot) => dot.accuracy.value, fill: colour, symbol, r: 4.5, stroke: colours.ground }),
    ];
}

// One line a suite: what is best on other problems says nothing.
function frontiers(data: ReportData, all: Dot[], colours: Palette): Plot.Markish {
    const best = all.filter((dot) => dot.pareto).sort((a, b) => a.x - b.x);
    const y = (dot: Dot) => dot.accuracy.value;
    const z = (dot: Dot) => data.families[dot.family]?.suite ?? 0;
    return Plot.line(best, { x: "x", y, z, stroke: colours.soft, strokeDasharray: "2,4", curve: "step-after", strokeWidth: 1.5 });
}

function bounds(all: Dot[]): [number, number] {
    const least = Math.min(...all.map((dot) => dot.lo));
    const most = Math.max(...all.map((dot) => dot.hi));
    const gap = Math.max(0.02, (most - least) * 0.08);
    return [Math.max(0, least - gap), Math.min(1, most + gap)];
}

// Round values, as many as find room with their labels.
export function logTicks(least: number, most: number, room: number): number[] {
    let chosen: number[] = [];
    for (const steps of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
        const next: number[] = [];
        for (let decade = 10 ** Math.floor(Math.log10(least)); decade <= most; decade *= 10) {
            next.push(...steps.map((step) => step * decade).filter((value) => value >= least && value <= most));
        }
        if (next.length > room) break;
        chosen = next;
    }
    return chosen;
}

function accuracyPlot(data: ReportData, curve: Curve, colours: Palette, width: number): SVGSVGElement {
    const lines = curve.families.map(dots).filter((line) => line.length > 0);
    const all = lines.flat();
    const xs = all.map((dot) => dot.x).filter((x) => x > 0);
    const log = xs.length === all.length && Math.max(...xs) / Math.min(...xs) > kWideRange;
    const axis = kAxes[curve.axis];
    const narrow = width < kNarrow;
    const title = (dot: Dot) => pointTitle(data, curve.axis, dot);
    const tip = { x: "x", y: (dot: Dot) => dot.accuracy.value, title, fill: colours.ground, stroke: colours.soft };
    return Plot.plot({
        width,
        height: narrow ? 260 : 330,
        marginLeft: 50,
        marginRight: 16,
        marginTop: 28,
        marginBottom: 46,
        style: { background: "transparent", color: colours.soft, fontSize: "12px", overflow: "visible" },
        x: {
            type: log ? "log" : "linear",
            label: narrow ? axis.name : axis.label,
            tickFormat: (value: number) => axis.show(value),
            ticks: log ? logTicks(Math.min(...xs), Math.max(...xs), narrow ? 4 : 8) : narrow ? 4 : 7,
            nice: !log,
            labelOffset: 42,
            insetLeft: 14,
            insetRight: 14,
        },
        y: { domain: bounds(all), label: "accuracy", tickFormat: (value: number) => `${Math.round(value * 100)} %`, nice: true },
        marks: [
            Plot.gridY({ stroke: colours.line, strokeOpacity: 1 }),
            frontiers(data, all, colours),
            ...lines.flatMap((line) => marksOf(line, colours)),
            Plot.tip(all, Plot.pointer(tip)),
        ],
    }) as SVGSVGElement;
}

function described(data: ReportData, curve: Curve): string {
    const parts = curve.families.map((line) => {
        const name = data.families[line.family]?.label ?? "";
        return `${name}: ${dots(line).map((dot) => `${percent(dot.accuracy.value)} at ${kAxes[curve.axis].show(dot.x)}`).join(", ")}`;
    });
    return `Accuracy against ${kAxes[curve.axis].label}. ${parts.join("; ")}`;
}

const kMarks: Record<ReturnType<typeof familySymbol>, string> = {
    circle: "\u25cf",
    square: "\u25a0",
    triangle: "\u25b2",
    diamond: "\u25c6",
    star: "\u2605",
    cross: "\u271a",
    wye: "\u2a5b",
    asterisk: "\u2731",
};

export function familyMark(family: number): HTMLElement {
    return el("span", { class: `mark family-${family % 8}`, "aria-hidden": "true" }, kMarks[familySymbol(family)]);
}

function legend(data: ReportData, curve: Curve): Child {
    const shown = curve.families.map(({ family }) =>
        el("li", {}, familyMark(family), foreign(data.families[family]?.label ?? "")));
    const suites = new Set(curve.families.map(({ family }) => data.families[family]?.suite));
    return el("ul", { class: "legend" }, shown, el("li", { class: "soft" }, `\u2504 frontier${suites.size > 1 ? " of each suite" : ""}`));
}

function chartPart(data: ReportData): Child {
    const first = data.curves[0];
    if (!first) return el("p", { class: "empty" }, "Nothing to draw: no run has scored samples.");
    let curve = first;
    const chart = () => ({
        name: `accuracy-${curve.axis}`,
        label: described(data, curve),
        simulated: data.simulated,
        draw: (colours: Palette, width: number) => accuracyPlot(data, curve, colours, width),
    });
    const frame = figure(chart, "Bands and bars: 95 % intervals, clustered by problem.");
    const keys = el("div", { class: "legends" });
    const buttons = data.curves.map((one) =>
        button(kAxes[one.axis].name, () => show(one), { title: kAxes[one.axis].help, "data-axis": one.axis }));
    const show = (next: Curve) => {
        curve = next;
        for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset["axis"] === curve.axis));
        keys.replaceChildren(...[legend(data, curve)].flat() as Node[]);
        frame.redraw();
    };
    show(first);
    const against = el("div", { class: "switch", role: "group", "aria-label": "Accuracy against" }, buttons);
    return [el("div", { class: "bar" }, el("span", { class: "soft" }, "against"), against, keys), frame.node];
}

function pareto(data: ReportData, run: Run): CurvePoint | undefined {
    const index = data.runs.indexOf(run);
    const curve = data.curves.find((one) => one.axis === "b_seq");
    return curve?.families.flatMap((line) => line.points).find((point) => point.run === index);
}

// The largest k that every scored run has a figure for: runs of different numbers of samples are compared at the same k.
function sharedK(runs: readonly Run[]): number {
    const [first, ...others] = runs.filter((run) => run.scored);
    const ks = (first?.pass_at_k ?? []).map((one) => one.k);
    return Math.max(1, ...ks.filter((k) => others.every((run) => run.pass_at_k.some((one) => one.k === k))));
}

function at(k: number, run: Run, values: Run["pass_at_k"]): Estimate | null {
    return (run.scored && values.find((one) => one.k === k)?.accuracy) || null;
}

function runColumns(data: ReportData): Column<Run>[] {
    const k = sharedK(data.runs);
    const samples = new Set(data.runs.map((run) => run.samples));
    const mean = samples.size === 1 ? `mean@${[...samples][0] ?? 1}` : "mean";
    const label: Column<Run> = {
        ...column.words("run", "run", (run) => run.label),
        show: (run) => [familyMark(run.family), foreign(run.label)],
    };
    return [
        label,
        column.accuracy(mean, "mean", (run) => (run.scored ? run.mean : null)),
        column.accuracy(`pass@${k}`, "pass_at_k", (run) => at(k, run, run.pass_at_k),
            "share of problems with at least one right sample, unbiased"),
        column.accuracy(`maj@${k}`, "maj_at_k", (run) => at(k, run, run.maj_at_k),
            "accuracy of the majority answer, ties shared"),
        column.tokenCount("B_seq", "b_seq", (run) => run.b_seq, kAxes.b_seq.help),
        column.tokenCount("B_total", "b_total", (run) => run.b_total, kAxes.b_total.help),
        column.tokenCount("nominal", "b_seq_nominal", (run) => run.b_seq_nominal, kAxes.b_seq_nominal.help),
        column.tokenCount("longest call", "max_call_tokens", (run) => run.max_call_tokens),
        column.figure("time", "wall_s", (run) => run.wall_s, seconds, kAxes.wall_s.help),
        column.figure("cut", "truncated", (run) => run.truncated, percent, "calls cut by length"),
        column.figure("frontier", "on_frontier", (run) => pareto(data, run)?.on_frontier ?? null, percent,
            "how often it is on the frontier of B_seq under resampling"),
        column.figure("calls", "calls", (run) => run.cost.calls),
        column.figure("failed", "failed_calls", (run) => run.cost.failed_calls),
        column.words("model", "model", (run) => run.model),
        column.words("suite", "suite", (run) => run.suite),
        column.words("operator", "operator", (run) => run.operator),
        column.words("distiller", "distiller", (run) => run.distiller),
        column.figure("k", "k", (run) => run.k),
        column.tokenCount("kappa", "kappa", (run) => run.kappa, "bound of the workspace in tokens"),
        column.tokenCount("think", "think", (run) => run.think, "thinking budget of a call"),
        column.figure("samples", "landed", (run) => run.landed),
        column.words("seed", "seed", (run) => String(run.seed)),
    ];
}

export function accuracySection(data: ReportData): HTMLElement {
    const runs = table({
        name: "runs",
        label: "Runs",
        columns: runColumns(data),
        rows: data.runs,
        note: "Click a heading to sort. Budgets are means per sample, in tokens.",
    });
    return section({ id: "accuracy", title: "Accuracy against budget" }, chartPart(data), runs);
}

type Row = ReportData["differences"][number];

export function differencesSection(data: ReportData): Child {
    if (data.differences.length === 0) return null;
    const name = (family: number) => data.families[family]?.label ?? "";
    const columns: Column<Row>[] = [
        column.words("compared", "compared", (row) => `${name(row.a)} \u2212 ${name(row.b)}`),
        column.words("axis", "axis", (row) => kAxes[row.axis].name),
        { title: "at", name: "at", value: (row) => row.at, show: (row) => kAxes[row.axis].show(row.at) },
        column.difference("difference", "difference", (row) => row.difference),
        column.figure("first", "accuracy_a", (row) => row.accuracy_a, percent),
        column.figure("second", "accuracy_b", (row) => row.accuracy_b, percent),
        column.figure("problems", "problems", (row) => row.paired_problems),
    ];
    const lead =
        "Two methods read at the same budget, between measured points only and never beyond them. " +
        `A difference of ${points(0.05)} is five percentage points.`;
    return section(
        { id: "differences", title: "At equal budgets", lead },
        table({ name: "differences", label: "Differences at equal budgets", columns, rows: data.differences }),
    );
}

