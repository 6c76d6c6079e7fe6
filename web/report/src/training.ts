// The page of training runs. One run: the figures that belong together share a chart. Several: each figure has a chart of
// its own, with a line a run.
import { familyMark } from "./accuracy";
import * as column from "./columns";
import { curveChart, type CurveLine, type Curves } from "./curve";
import { block, button, el, foreign, section, type Child } from "../../common/dom";
import { foot, said, titled, what } from "./head";
import { count, day, percent, seconds, short, tokens, whole } from "./format";
import { table, type Column } from "./table";
import type { Series, TrainingData, TrainingRun } from "./training_data";

const kShownFirst = 24; // charts of a group

interface ChartSpec {
    title: string;
    of: RegExp; // names of its figures; what the group in it holds is the line's label
    bare?: string; // the label of a figure for which the group holds nothing
    show?: (value: number | null) => string;
    log?: boolean;
    whole?: boolean;
}

interface Group {
    id: string;
    title: string;
    lead?: string;
    charts: readonly ChartSpec[];
}

// A figure belongs to the first chart that it fits.
const kGroups: readonly Group[] = [
    {
        id: "evaluation",
        title: "On the test problems",
        lead: "Before, during and after training; a point is one evaluation.",
        charts: [
            { title: "Accuracy", of: /^eval\/(.+)\/accuracy$/, show: percent, whole: true },
            { title: "pass@k", of: /^eval\/(.+\/pass@\d+)$/, show: percent, whole: true },
            { title: "maj@k", of: /^eval\/(.+\/maj@\d+)$/, show: percent, whole: true },
            { title: "B_seq, tokens", of: /^eval\/(.+)\/b_seq$/, show: tokens, whole: true },
            { title: "B_total, tokens", of: /^eval\/(.+)\/b_total$/, show: tokens, whole: true },
        ],
    },
    {
        id: "sft",
        title: "Supervised steps",
        charts: [
            { title: "Loss", of: /^(?:sft\/)?loss$/ },
            { title: "Loss by kind of example", of: /^(?:sft\/)?loss\/(.+)$/ },
            { title: "Tokens of a step", of: /^((?:learnt_)?tokens)$/, show: tokens },
        ],
    },
    {
        id: "reinforcement",
        title: "Reinforcement",
        lead: "Rollouts of the two arms: trace, a long chain of thought; op, the operator.",
        charts: [
            { title: "Reward", of: /^(.+)\/reward\/mean$/ },
            { title: "Rollouts that are right", of: /^(.+)\/accuracy$/, show: percent },
            { title: "Right drafts in the rounds", of: /^(.+)\/reward\/rounds_mean$/, show: percent },
            { title: "Right drafts, sum over rounds", of: /^(.+)\/reward\/rounds_sum$/ },
            { title: "Entropy", of: /^actor\/entropy$/ },
            { title: "Importance ratio", of: /^.+\/ratio_(mean|max)$/, log: true },
            { title: "Tokens with a clamped ratio", of: /^.+\/clamped$/, show: percent },
            { title: "Log-probability, sampler against trainer", of: /^rollout_train_logprob_(diff(?:_max)?)$/, log: true },
            { title: "Length of a call, tokens", of: /^(.+)\/response_length\/mean$/, show: tokens },
            { title: "Calls cut by length", of: /^(.+)\/response_length\/clip_ratio$/, show: percent },
            { title: "B_seq of a rollout, tokens", of: /^(.+)\/b_seq$/, show: tokens },
            { title: "Prompts whose rewards are all alike", of: /^(.+)\/frac_reward_zero_std$/, show: percent },
            { title: "Prompts of a step", of: /^(.+)\/prompts$/, show: short },
            { title: "Rollouts without a reward", of: /^(.+\/(?:unknown|failed))$/, show: short },
            { title: "Loss", of: /^actor\/(.+_loss)$/ },
            { title: "Problems", of: /^data\/(.+)$/, show: short },
        ],
    },
    {
        id: "optimiser",
        title: "Steps of the optimiser",
        charts: [
            { title: "Norm of the gradient", of: /^actor\/grad_norm$/, log: true },
            { title: "Learning rate", of: /^actor\/lr$/ },
            { title: "Updates of a step", of: /^actor\/updates$/ },
        ],
    },
    {
        id: "speed",
        title: "Speed",
        lead: "By the clock of the machine that it ran on.",
        charts: [
            { title: "Tokens a second", of: /^time\/(?:(.+)_)?tokens_per_s$/, bare: "sft", show: tokens },
            { title: "Seconds", of: /^time\/(.+)_s$/, show: seconds, log: true },
        ],
    },
];

interface Named {
    spec: ChartSpec;
    label: string;
    series: Series;
    run: number;
}

function labelOf(spec: ChartSpec, match: RegExpExecArray): string {
    return (match[1] ?? spec.bare ?? "").replaceAll("/", " ");
}

// Every figure of every run in the place where it is shown; what fits nowhere is in the last group, under its own name.
function placed(data: TrainingData): Map<Group, Named[]> {
    const other: Group = { id: "other", title: "Other figures", charts: [] };
    const out = new Map<Group, Named[]>([...kGroups, other].map((group) => [group, []]));
    data.runs.forEach((run, index) => {
        for (const series of run.series) {
            const found = kGroups.flatMap((group) => group.charts.map((spec) => ({ group, spec, match: spec.of.exec(series.name) })))
                .find(({ match }) => match !== null);
            const spec = found?.spec ?? { title: series.name, of: /^$/ };
            out.get(found?.group ?? other)!.push({ spec, label: found ? labelOf(found.spec, found.match!) : "", series, run: index });
        }
    });
    return out;
}

function chart(title: string, group: Group, all: readonly Named[], lineOf: (one: Named, index: number) => CurveLine): Curves {
    const { spec } = all[0]!;
    return {
        title,
        name: `${group.id}-${title}`,
        lines: all.map(lineOf),
        show: spec.show ?? short,
        log: spec.log ?? false,
        whole: spec.whole ?? false,
    };
}

// In the order of the group's charts, then of the figures.
function chartsOf(data: TrainingData, group: Group, all: readonly Named[]): Curves[] {
    const together = new Map<string, Named[]>();
    const single = data.runs.length === 1;
    const rank = (one: Named) => (group.charts.length > 0 ? group.charts.indexOf(one.spec) : 0);
    for (const one of [...all].sort((a, b) => rank(a) - rank(b))) {
        const key = single || !one.label ? one.spec.title : `${one.spec.title}: ${one.label}`;
        together.set(key, [...(together.get(key) ?? []), one]);
    }
    return [...together].map(([title, members]) =>
        chart(title, group, members, (one, index) => ({
            label: single ? one.label : data.runs[one.run]!.label,
            tone: single ? index : one.run,
            series: one.series,
            phases: data.runs[one.run]!.phases,
        })));
}

function chartGrid(curves: readonly Curves[]): Child {
    const ground = el("div", { class: "multiples curves" }, curves.slice(0, kShownFirst).map(curveChart));
    const rest = curves.slice(kShownFirst);
    if (rest.length === 0) return ground;
    const more = button(`Show ${count(rest.length, "more chart")}`, () => {
        more.remove();
        ground.append(...rest.map(curveChart));
    });
    return [ground, more];
}

// Where the rollouts themselves can be read.
function rolloutsNote(data: TrainingData): Child {
    const journals = data.runs.flatMap((run) => (run.rollouts === null ? [] : [run.rollouts]));
    if (journals.length === 0) return null;
    const first = journals[0]!;
    return el(
        "p",
        { class: "lead" },
        "Every rollout and every evaluation stands whole in ",
        journals.map((path, index) => [index > 0 ? ", " : "", el("code", {}, foreign(path))]),
        ": ",
        el("code", {}, foreign(`retort report ${first}`)),
        " makes a page of them, ",
        el("code", {}, foreign(`retort show ${first}`)),
        " lists them.",
    );
}

function groupSection(data: TrainingData, group: Group, all: readonly Named[]): Child {
    if (all.length === 0) return null;
    const { id, title, lead } = group;
    const charts = chartGrid(chartsOf(data, group, all));
    if (group.charts.length === 0) {
        const fold = el("details", { class: "fold" }, el("summary", {}, count(all.length, "figure")), charts);
        return section({ id, title }, fold);
    }
    return section({ id, title, ...(lead ? { lead } : {}) }, group.id === "reinforcement" && rolloutsNote(data), charts);
}

// ---- tables

function lastOf(run: TrainingRun, name: string): number | null {
    return run.series.find((series) => series.name === name)?.last ?? null;
}

function phaseWords(run: TrainingRun): string {
    return run.phases.map((phase) => `${phase.name} to ${whole(phase.to)}`).join(", ");
}

function evaluated(data: TrainingData): string[] {
    const names = data.runs.flatMap((run) => run.series.map((series) => /^eval\/(.+)\/accuracy$/.exec(series.name)?.[1]));
    return [...new Set(names.filter((name) => name !== undefined))];
}

function runsTable(data: TrainingData): HTMLElement {
    const mark = (run: TrainingRun) => (data.runs.length > 1 ? familyMark(data.runs.indexOf(run)) : null);
    const columns: Column<TrainingRun>[] = [
        { ...column.words("run", "run", (run) => run.label), show: (run) => [mark(run), foreign(run.label)] },
        column.figure("step", "last_step", (run) => run.last_step, whole, "the last step so far"),
        column.words("phases", "phases", phaseWords),
        ...evaluated(data).map((name) =>
            column.figure<TrainingRun>(name, `eval/${name}/accuracy`, (run) => lastOf(run, `eval/${name}/accuracy`), percent,
                "right test problems, at the last evaluation")),
        column.figure("loss", "loss", (run) => lastOf(run, "loss"), short, "of the last supervised step"),
        column.figure("reward, trace", "trace/reward/mean", (run) => lastOf(run, "trace/reward/mean"), short, "of the last step"),
        column.figure("reward, op", "op/reward/mean", (run) => lastOf(run, "op/reward/mean"), short, "of the last step"),
        column.words("model", "model", (run) => run.model ?? "not yet"),
    ];
    return table({ name: "training-runs", label: "Runs", columns, rows: data.runs });
}

interface FigureRow extends Series {
    run: string;
}

const kFigureColumns: Column<FigureRow>[] = [
    column.words("figure", "figure", (row) => row.name),
    column.words("run", "run", (row) => row.run),
    column.figure("first", "first", (row) => row.first, short),
    column.figure("last", "last", (row) => row.last, short),
    column.figure("at step", "last_step", (row) => row.last_step),
    column.figure("least", "least", (row) => row.least, short),
    column.figure("greatest", "greatest", (row) => row.most, short),
    column.figure("rows", "rows", (row) => row.count),
];

function figuresSection(data: TrainingData): HTMLElement {
    const rows = data.runs.flatMap((run) => run.series.map((series) => ({ ...series, run: run.label })));
    const figures = table({ name: "figures", label: "All figures", columns: kFigureColumns, rows, note: "Over all rows of metrics.jsonl." });
    const configs = data.runs.filter((run) => run.config !== "").map((run) =>
        el("details", { class: "fold" }, el("summary", {}, "Configuration of ", foreign(run.label)), block(run.config, `Configuration of ${run.label}`)));
    return section(
        { id: "figures", title: "Figures" },
        data.runs.length === 1 && runsTable(data),
        el("details", { class: "fold" }, el("summary", {}, "All figures"), figures),
        configs,
    );
}

// ---- the page

function whatWasRun(data: TrainingData): Child[] {
    const steps = data.runs.map((run) => run.last_step);
    const [least, most] = [Math.min(...steps), Math.max(...steps)];
    return [
        count(data.runs.length, "training run"),
        least === most ? count(least, "step") : `${whole(least)} to ${whole(most)} steps`,
        data.runs.length === 1 && phaseWords(data.runs[0]!),
        day(data.date),
    ];
}

export function trainingPage(data: TrainingData, page: HTMLElement): void {
    document.title = data.title;
    const labels = data.runs.map((run) => run.label);
    const thinned = data.runs.some((run) => run.series.some((series) => series.least_near !== undefined));
    const about =
        `Made by ${data.program} from metrics.jsonl.` +
        (thinned ? " Where a curve has too many rows to show, a point is the mean of a stretch of steps, in a band from its least to its greatest value." : "");
    page.replaceChildren(
        el("header", { class: "head" }, titled(data.title), what(whatWasRun(data)), said(data.headline, true, data.warnings, labels)),
        el("main", {}, data.runs.length > 1 && section({ id: "runs", title: "Runs" }, runsTable(data)), [...placed(data)].map(([group, all]) => groupSection(data, group, all)), figuresSection(data)),
        foot(about),
    );
}
