// The top of the page: what was run, what came out, what to be careful about.
import type { ReportData, Run } from "./data";
import { el, foreign, type Child } from "../../common/dom";
import { themeSwitch } from "../../common/theme_switch";
import { count, day, seconds, tokens } from "./format";

const kNamed = 3;

function different(values: readonly string[]): string[] {
    return [...new Set(values)];
}

function listed(values: readonly string[], many: string): Child {
    if (values.length > kNamed) return count(values.length, many, many);
    return values.map((value, index) => [index > 0 ? ", " : "", foreign(value)]);
}

function samples(values: readonly number[]): string {
    const least = Math.min(...values);
    const most = Math.max(...values);
    return least === most ? count(least, "sample") : `${least} to ${most} samples`;
}

function sum(runs: readonly Run[], value: (run: Run) => number): number {
    return runs.reduce((total, run) => total + value(run), 0);
}

function cost(runs: readonly Run[]): string {
    const all = tokens(sum(runs, ({ cost: { tokens_in, tokens_out } }) => tokens_in + tokens_out));
    const time = seconds(sum(runs, (run) => run.cost.wall_s));
    return `${count(sum(runs, (run) => run.cost.calls), "call")}, ${all} tokens, ${time} of waiting`;
}

// Suite, model, operators, samples, date, cost: one line.
function whatWasRun(data: ReportData): HTMLElement {
    const { runs } = data;
    const parts: Child[] = [
        listed(different(runs.map((run) => run.suite)), "suites"),
        listed(different(runs.map((run) => run.model)), "models"),
        listed(different(runs.map((run) => run.operator)), "operators"),
        `${count(data.problems.length, "problem")} × ${samples(runs.map((run) => run.samples))}`,
        day(data.date),
        cost(runs),
    ];
    return what(parts);
}

export function what(parts: readonly Child[]): HTMLElement {
    return el("p", { class: "what" }, parts.filter(Boolean).map((part) => el("span", {}, part)));
}

interface AnyWarning {
    kind: string;
    text: string;
    runs: readonly number[]; // which; empty: all
}

const kGrave = new Set(["simulated", "truncated", "failed_calls", "unfinished", "stopped", "difference"]);

function concerned(labels: readonly string[], warning: AnyWarning): Child {
    if (warning.runs.length === 0 || warning.runs.length === labels.length) return null;
    return el("small", {}, listed(warning.runs.map((index) => labels[index] ?? ""), "runs"));
}

function warningList(warnings: readonly AnyWarning[], labels: readonly string[]): Child {
    if (warnings.length === 0) return null;
    const items = warnings.map((warning) => {
        const grave = kGrave.has(warning.kind);
        return el(
            "li",
            { class: grave ? `grave ${warning.kind}` : warning.kind },
            el("b", { "aria-hidden": "true" }, grave ? "!" : "i"),
            el("span", {}, foreign(warning.text), concerned(labels, warning)),
        );
    });
    return el("ul", { class: "warnings", "aria-label": "Be careful" }, items);
}

export function titled(title: string): HTMLElement {
    return el("div", { class: "titled" }, el("h1", {}, foreign(title)), themeSwitch());
}

// The headline, with what must be known before it is believed beside it. `labels` are the runs'.
export function said(headline: string, numbered: boolean, warnings: readonly AnyWarning[], labels: readonly string[]): HTMLElement {
    const sentence = el("p", { class: numbered ? "headline" : "headline plain" }, foreign(headline));
    return el("div", { class: "said" }, sentence, warningList(warnings, labels));
}

export function head(data: ReportData): HTMLElement {
    const { text, kind } = data.headline;
    return el(
        "header",
        { class: "head" },
        titled(data.title),
        data.runs.length > 0 && whatWasRun(data),
        said(text, kind !== "none", data.warnings, data.runs.map((run) => run.label)),
    );
}

function licences(): HTMLElement {
    const text = document.getElementById("licences")?.textContent ?? "";
    const shown = el("pre", { class: "text" });
    const fold = el("details", {}, el("summary", {}, "Licences of what this page is made of"), shown);
    fold.addEventListener("toggle", () => {
        if (fold.open) shown.textContent = text.trim();
    });
    return fold;
}

export function foot(about: string): HTMLElement {
    return el("footer", {}, el("p", {}, foreign(about)), licences());
}
