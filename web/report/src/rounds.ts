// What happens from round to round: a small chart a run, and the tables behind them.
import * as Plot from "@observablehq/plot";

import type { BudgetUse, Estimate, ReportData, RoundPoint, Run, Transition } from "./data";
import * as column from "./columns";
import { button, el, foreign, section, type Child } from "../../common/dom";
import { familyMark } from "./accuracy";
import { figure } from "./figure";
import { count, decimal, interval, percent } from "./format";
import { familyColour, type Palette } from "./palette";
import { table, type Column } from "./table";

const kShownFirst = 6;

interface Step {
    place: number;
    label: string;
    accuracy: Estimate;
}

function steps(run: Run, of: (round: RoundPoint) => Estimate | null): Step[] {
    return run.rounds.flatMap((round, index) => {
        const accuracy = of(round);
        return accuracy ? [{ place: index, label: `round ${round.round}`, accuracy }] : [];
    });
}

function finalStep(run: Run): Step {
    return { place: run.rounds.length, label: "final", accuracy: run.mean };
}

function domainOf(runs: readonly Run[]): [number, number] {
    const all = runs.flatMap((run) => [
        run.mean,
        ...run.rounds.flatMap((round) => [round.drafts, round.majority, round.any]),
    ]);
    const ends = all.flatMap((one) => (one ? [one.lo ?? one.value, one.hi ?? one.value] : []));
    return [Math.max(0, Math.min(...ends) - 0.03), Math.min(1, Math.max(...ends) + 0.03)];
}

function stepTitle(step: Step, what: string): string {
    return `${what}, ${step.label}\n${percent(step.accuracy.value)} (${interval(step.accuracy)})`;
}

function roundPlot(run: Run, domain: [number, number], colours: Palette, width: number): SVGSVGElement {
    const colour = familyColour(colours, run.family);
    const y = (step: Step) => step.accuracy.value;
    const ends = { y1: (step: Step) => step.accuracy.lo, y2: (step: Step) => step.accuracy.hi };
    const last = finalStep(run);
    const drafts = steps(run, (round) => round.drafts);
    const majority = [...steps(run, (round) => round.majority), last];
    const any = steps(run, (round) => round.any);
    const names = [...run.rounds.map((round) => `round ${round.round}`), "final"];
    const tips = [
        ...drafts.map((step) => ({ ...step, title: stepTitle(step, "a draft") })),
        ...majority.map((step) => ({ ...step, title: stepTitle(step, step === last ? "the answer" : "majority") })),
        ...any.map((step) => ({ ...step, title: stepTitle(step, "any draft right") })),
    ];
    return Plot.plot({
        width,
        height: 190,
        marginLeft: 46,
        marginRight: 20,
        style: { background: "transparent", color: colours.soft, fontSize: "12px", overflow: "visible" },
        x: {
            domain: [-0.25, names.length - 0.75],
            ticks: names.map((_, index) => index),
            tickFormat: (index: number) => names[index] ?? "",
            label: null,
        },
        y: { domain, label: null, ticks: 4, tickFormat: (value: number) => `${Math.round(value * 100)} %` },
        marks: [
            Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ticks: 4 }),
            Plot.areaY(majority, { x: "place", ...ends, fill: colour, fillOpacity: 0.13 }),
            Plot.line(any, { x: "place", y, stroke: colours.soft, strokeDasharray: "1,4", strokeWidth: 1.5 }),
            Plot.dot(any, { x: "place", y, stroke: colours.soft, symbol: "triangle", r: 3.5, fill: colours.ground }),
            Plot.line(drafts, { x: "place", y, stroke: colour, strokeDasharray: "5,3", strokeWidth: 1.5 }),
            Plot.dot(drafts, { x: "place", y, stroke: colour, fill: colours.ground, r: 3.5 }),
            Plot.line(majority, { x: "place", y, stroke: colour, strokeWidth: 2 }),
            Plot.dot(majority, { x: "place", y, fill: colour, r: 4 }),
            Plot.dot([last], { x: "place", y, fill: colour, symbol: "diamond", r: 6 }),
            Plot.tip(tips, Plot.pointer({ x: "place", y, title: "title", fill: colours.ground, stroke: colours.soft })),
        ],
    }) as SVGSVGElement;
}

function described(run: Run): string {
    const parts = run.rounds.map((round) => {
        const majority = round.majority ? `, majority ${percent(round.majority.value)}` : "";
        return `round ${round.round}: drafts ${percent(round.drafts.value)}${majority}`;
    });
    return `${run.label}. ${parts.join("; ")}; final ${percent(run.mean.value)}`;
}

function chartOf(run: Run, domain: [number, number]): HTMLElement {
    const frame = figure(() => ({
        name: `rounds-${run.label.replace(/[^A-Za-z0-9]+/g, "-")}`,
        label: described(run),
        simulated: run.simulated,
        draw: (colours, width) => roundPlot(run, domain, colours, width),
    }));
    return el("div", { class: "small-multiple" }, el("h3", {}, familyMark(run.family), foreign(run.label)), frame.node);
}

function charts(runs: readonly Run[]): Child {
    const scored = runs.filter((run) => run.scored);
    if (scored.length === 0) return null;
    const domain = domainOf(scored);
    const ground = el("div", { class: "multiples" }, scored.slice(0, kShownFirst).map((run) => chartOf(run, domain)));
    const rest = scored.slice(kShownFirst);
    if (rest.length === 0) return ground;
    const more = button(`Show ${count(rest.length, "more run")}`, () => {
        more.remove();
        ground.append(...rest.map((run) => chartOf(run, domain)));
    });
    return [ground, more];
}

interface Row extends RoundPoint {
    run: Run;
}

const kRoundColumns: Column<Row>[] = [
    { ...column.words("run", "run", (row) => row.run.label) },
    column.figure("round", "round", (row) => row.round),
    column.figure("width", "width", (row) => row.width),
    column.accuracy("a draft", "drafts", (row) => (row.run.scored ? row.drafts : null)),
    column.accuracy("majority", "majority", (row) => (row.run.scored ? row.majority : null)),
    column.accuracy("any right", "any", (row) => (row.run.scored ? row.any : null), "at least one draft of the round is right"),
    column.figure("diversity", "diversity", (row) => row.diversity, decimal, "different answers / drafts with an answer"),
    column.figure("answered", "answered", (row) => row.answered, percent, "drafts with an answer"),
    column.figure("cut", "cut", (row) => row.cut, percent, "drafts cut by length"),
    column.tokenCount("B_seq", "b_seq", (row) => row.b_seq, "mean tokens on the heaviest path up to here"),
    column.tokenCount("workspace", "workspace_tokens", (row) => row.workspace_tokens, "mean tokens of the workspaces made of it"),
    column.figure("workspace cut", "workspace_cut", (row) => row.workspace_cut, percent, "workspaces that did not hold all"),
];

interface Move extends Transition {
    run: Run;
    total: number;
}

function moves(runs: readonly Run[]): Move[] {
    return runs.flatMap((run) =>
        run.transitions.map((move) => ({
            ...move,
            run,
            total: move.right_right + move.right_wrong + move.wrong_right + move.wrong_wrong,
        })));
}

function share(title: string, name: keyof Transition & keyof Move, help: string): Column<Move> {
    return {
        title,
        name,
        help,
        value: (row) => Number(row[name]),
        show: (row) => [String(row[name]), el("small", {}, row.total > 0 ? percent(Number(row[name]) / row.total) : "")],
    };
}

const kMoveColumns: Column<Move>[] = [
    column.words("run", "run", (row) => row.run.label),
    column.words("from", "from", (row) => row.from),
    column.words("to", "to", (row) => row.to),
    share("stayed right", "right_right", "right before and after"),
    share("turned wrong", "right_wrong", "right before, wrong after: what refinement lost"),
    share("turned right", "wrong_right", "wrong before, right after: what refinement won"),
    share("stayed wrong", "wrong_wrong", "wrong before and after"),
    column.figure("samples", "samples", (row) => row.total),
];

interface Use extends BudgetUse {
    run: Run;
}

const kUseColumns: Column<Use>[] = [
    column.words("run", "run", (row) => row.run.label),
    column.words("role", "role", (row) => row.role),
    column.tokenCount("budget", "budget", (row) => row.budget, "tokens that one call may write"),
    column.tokenCount("mean", "mean", (row) => row.mean, "tokens that it wrote"),
    column.tokenCount("95 %", "p95", (row) => row.p95, "nineteen of twenty calls wrote no more"),
    column.figure("cut", "cut", (row) => row.cut, percent, "cut by length"),
    column.figure("calls", "calls", (row) => row.calls),
];

function folded(title: string, content: HTMLElement): HTMLElement {
    return el("details", { class: "fold" }, el("summary", {}, title), content);
}

export function roundsSection(data: ReportData): Child {
    const runs = data.runs.filter((run) => run.rounds.length > 0);
    const uses = data.runs.flatMap((run) => run.budget_use.map((use) => ({ ...use, run })));
    if (runs.length === 0 && uses.length === 0) return null;
    const rows = runs.flatMap((run) => run.rounds.map((round) => ({ ...round, run })));
    const all = moves(runs);
    const lead =
        "Solid: the majority of the round, then the answer (diamond). Dashed: a single draft. Dotted: at least one draft right, " +
        "which no selection can beat.";
    return section(
        { id: "rounds", title: "Round by round", ...(runs.some((run) => run.scored) ? { lead } : {}) },
        charts(runs),
        rows.length > 0 &&
            folded("Figures by round", table({ name: "rounds", label: "Rounds", columns: kRoundColumns, rows })),
        all.length > 0 &&
            folded("Right and wrong, before and after", table({
                name: "transitions",
                label: "Transitions between rounds",
                columns: kMoveColumns,
                rows: all,
                note: "Samples by their round's majority answer.",
            })),
        uses.length > 0 &&
            folded("Tokens used against the budget", table({
                name: "budget-use",
                label: "Tokens used against the budget",
                columns: kUseColumns,
                rows: uses,
            })),
    );
}
