// Figures over the steps of training runs, drawn as lines: each with its colour and its marks, so that none is told by
// colour alone. Where points stand for stretches of steps a band shows the least and the greatest value.
import * as Plot from "@observablehq/plot";

import { familyMark, logTicks } from "./accuracy";
import { el, foreign, type Child } from "../../common/dom";
import { figure } from "./figure";
import { whole } from "./format";
import { familyColour, familySymbol, type Palette } from "./palette";
import type { Phase, Series } from "./training_data";

const kHeight = 210;
const kTicks = 4;
const kMarks = 6; // on a line of many points
const kFewPoints = 40; // so few are all marked
const kWideRange = 50; // from here on a logarithmic axis, where one is wanted

export interface CurveLine {
    label: string;
    tone: number; // index of colour and mark
    series: Series;
    phases: readonly Phase[]; // of its run
}

export interface Curves {
    title: string;
    name: string; // of a saved file
    lines: readonly CurveLine[];
    show: (value: number | null) => string;
    log: boolean; // wanted where the values are far apart
    whole: boolean; // every point is marked: few measurements, not a trace
}

interface Point {
    step: number;
    value: number | null;
    least: number | null;
    most: number | null;
}

function pointsOf({ series }: CurveLine): Point[] {
    return series.steps.map((step, at) => {
        const value = series.values[at] ?? null;
        return { step, value, least: series.least_near?.[at] ?? value, most: series.most_near?.[at] ?? value };
    });
}

function known(points: readonly Point[]): Point[] {
    return points.filter((point) => point.value !== null);
}

// A range with room around it, also around a single value.
function bounds(least: number, most: number): [number, number] {
    const gap = least === most ? Math.abs(least) * 0.1 || 1 : (most - least) * 0.06;
    return [least >= 0 ? Math.max(0, least - gap) : least - gap, most + gap];
}

function marked(points: readonly Point[], tone: number, all: boolean): Point[] {
    const there = known(points);
    if (all || there.length <= kFewPoints) return there;
    const every = Math.ceil(there.length / kMarks);
    const first = (tone * 7) % every; // marks of lines that lie on each other stay apart
    return there.filter((_, at) => at % every === first);
}

function lineMarks(curves: Curves, line: CurveLine, colours: Palette): Plot.Markish[] {
    const points = pointsOf(line);
    const colour = familyColour(colours, line.tone);
    const symbol = familySymbol(line.tone);
    const band = line.series.least_near !== undefined;
    return [
        band ? Plot.areaY(points, { x: "step", y1: "least", y2: "most", fill: colour, fillOpacity: 0.16 }) : null,
        Plot.line(points, { x: "step", y: "value", stroke: colour, strokeWidth: 1.6 }),
        Plot.dot(marked(points, line.tone, curves.whole), {
            x: "step", y: "value", fill: colour, symbol, r: 3.6, stroke: colours.ground, strokeWidth: 0.8,
        }),
    ];
}

interface Change {
    at: number;
    before: string;
    after: string;
    tone: number | null; // null: the same for all runs
}

// Where one phase ends and the next begins, within the steps that are shown.
function changesOf(lines: readonly CurveLine[], first: number, last: number): Change[] {
    const seen = new Map<string, Change>();
    for (const { phases, tone } of lines) {
        phases.slice(1).forEach((phase, index) => {
            const before = phases[index]!;
            const at = (before.to + phase.from) / 2;
            const there = seen.get(`${at}`);
            if (at > first && at < last && !there) seen.set(`${at}`, { at, before: before.name, after: phase.name, tone });
        });
    }
    const all = [...seen.values()];
    return all.length === 1 ? [{ ...all[0]!, tone: null }] : all;
}

function changeMarks(changes: readonly Change[], colours: Palette): Plot.Markish[] {
    const colour = (change: Change) => (change.tone === null ? colours.soft : familyColour(colours, change.tone));
    const rules = changes.map((change) =>
        Plot.ruleX([change], { x: "at", stroke: colour(change), strokeDasharray: "2,3" }));
    const [only] = changes;
    if (changes.length !== 1 || !only) return rules;
    const text = { x: "at", frameAnchor: "top", dy: -9, fill: colours.soft } as const;
    return [
        ...rules,
        Plot.text([only], { ...text, text: () => only.before, textAnchor: "end", dx: -5 }),
        Plot.text([only], { ...text, text: () => only.after, textAnchor: "start", dx: 5 }),
    ];
}

function plot(curves: Curves, colours: Palette, width: number): SVGSVGElement {
    const points = curves.lines.map(pointsOf);
    const all = points.flatMap(known);
    const steps = all.map(({ step }) => step);
    const ends = all.flatMap(({ least, most, value }) => [least ?? value!, most ?? value!]);
    const [first, last] = minmax(steps);
    const [least, most] = minmax(ends);
    const log = curves.log && least > 0 && most / least > kWideRange;
    const ticks = least === most ? [least] : log ? logTicks(least / 1.2, most * 1.2, kTicks + 2) : kTicks;
    const tips = curves.lines.flatMap((line, at) =>
        known(points[at]!).map((point) => ({ ...point, title: tipText(curves, line, point) })));
    return Plot.plot({
        width,
        height: kHeight,
        marginLeft: 54,
        marginRight: 14,
        marginTop: 20,
        marginBottom: 28,
        style: { background: "transparent", color: colours.soft, fontSize: "12px", overflow: "visible" },
        x: {
            domain: first === last ? [first - 1, last + 1] : [first, last],
            label: null,
            ticks: Math.max(2, Math.floor(width / 90)),
            tickFormat: (step: number) => (Number.isInteger(step) ? whole(step) : ""),
        },
        y: {
            type: log ? "log" : "linear",
            domain: log ? [least / 1.2, most * 1.2] : bounds(least, most),
            label: null,
            ticks,
            tickFormat: (value: number) => curves.show(value),
        },
        marks: [
            Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ticks }),
            changeMarks(changesOf(curves.lines, first, last), colours),
            curves.lines.flatMap((line) => lineMarks(curves, line, colours)),
            Plot.tip(tips, Plot.pointer({ x: "step", y: "value", title: "title", fill: colours.ground, stroke: colours.soft })),
        ],
    }) as SVGSVGElement;
}

// Spreading a long list into the arguments of Math.min would exceed what a call may have.
function minmax(values: readonly number[]): [number, number] {
    return values.reduce<[number, number]>(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
    ]);
}

function tipText(curves: Curves, line: CurveLine, point: Point): string {
    const near = line.series.least_near ? `\n${curves.show(point.least)} to ${curves.show(point.most)} near it` : "";
    const label = line.label ? `${line.label}\n` : "";
    return `${label}step ${whole(point.step)}: ${curves.show(point.value)}${near}`;
}

function described(curves: Curves): string {
    const parts = curves.lines.map(({ label, series }) =>
        `${label ? `${label}: ` : ""}${curves.show(series.first)} at first, ${curves.show(series.last)} at step ${whole(series.last_step)}`);
    return `${curves.title} over steps. ${parts.join("; ")}`;
}

function legend({ lines }: Curves): Child {
    if (lines.length === 1 && !lines[0]!.label) return el("div", { class: "legend" });
    return el("ul", { class: "legend" }, lines.map((line) => el("li", {}, familyMark(line.tone), foreign(line.label))));
}

// The phase that all of the chart lies in; nothing where it spans several.
function phaseOf(curves: Curves): string {
    const names = new Set<string>();
    for (const { series, phases } of curves.lines) {
        const [first, last] = minmax(series.steps);
        for (const phase of phases) if (phase.from <= last && phase.to >= first) names.add(phase.name);
    }
    return names.size === 1 ? [...names][0]! : "";
}

export function curveChart(curves: Curves): HTMLElement {
    const phase = phaseOf(curves);
    const heading = el("h3", {}, foreign(curves.title), phase ? el("small", { class: "soft" }, ` ${phase}`) : null);
    if (curves.lines.every((line) => known(pointsOf(line)).length === 0)) {
        return el("div", { class: "small-multiple" }, heading, el("p", { class: "empty" }, "No number in any row."));
    }
    const frame = figure(() => ({
        name: curves.name.replace(/[^A-Za-z0-9]+/g, "-"),
        label: described(curves),
        simulated: false,
        draw: (colours, width) => plot(curves, colours, width),
    }));
    return el("div", { class: "small-multiple" }, heading, legend(curves), frame.node);
}
