// The top of the page: what was run, what came out, what to be careful about.
import type { ReportData, Run, Warning } from "./data";
import { button, el, foreign, type Child } from "./dom";
import { count, day, seconds, tokens } from "./format";
import { setTheme, theme } from "./palette";

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
    return el("p", { class: "what" }, parts.map((part) => el("span", {}, part)));
}

const kGrave = new Set<Warning["kind"]>(["simulated", "truncated", "failed_calls", "unfinished"]);

function concerned(data: ReportData, warning: Warning): Child {
    if (warning.runs.length === 0 || warning.runs.length === data.runs.length) return null;
    const labels = warning.runs.map((index) => data.runs[index]?.label ?? "");
    return el("small", {}, listed(labels, "runs"));
}

function warningList(data: ReportData): Child {
    if (data.warnings.length === 0) return null;
    const items = data.warnings.map((warning) => {
        const grave = kGrave.has(warning.kind);
        return el(
            "li",
            { class: grave ? `grave ${warning.kind}` : warning.kind },
            el("b", { "aria-hidden": "true" }, grave ? "!" : "i"),
            el("span", {}, foreign(warning.text), concerned(data, warning)),
        );
    });
    return el("ul", { class: "warnings", "aria-label": "Be careful" }, items);
}

function themeSwitch(): HTMLButtonElement {
    const label = () => (theme() === "dark" ? "Light" : "Dark");
    const toggle: HTMLButtonElement = button(label(), () => {
        setTheme(theme() === "dark" ? "light" : "dark");
        toggle.textContent = label();
    });
    toggle.title = "Switch between light and dark";
    return toggle;
}

export function head(data: ReportData): HTMLElement {
    const numbered = data.headline.kind === "none" ? "headline plain" : "headline";
    return el(
        "header",
        { class: "head" },
        el("div", { class: "titled" }, el("h1", {}, foreign(data.title)), themeSwitch()),
        data.runs.length > 0 && whatWasRun(data),
        el("div", { class: "said" }, el("p", { class: numbered }, foreign(data.headline.text)), warningList(data)),
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

export function foot(data: ReportData): HTMLElement {
    const about =
        `Made by ${data.program}. Intervals are 95 %, by bootstrap over problems. Samples that ended with an error or without ` +
        "an answer count as wrong.";
    return el("footer", {}, el("p", {}, foreign(about)), licences());
}
