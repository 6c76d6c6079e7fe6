// Every sample of every problem, found by filters; each opens.
import type { ReportData } from "./data";
import { announce, button, el, section, type Child } from "../../common/dom";
import { csv, save, type CsvValue } from "./csv";
import { count } from "./format";
import { Grid } from "./grid";
import { go, onRoute, route } from "./route";
import { kStateOrder, kStates, stateAt, stateMark, type State } from "./states";
import { gridView, kWholeRun, rowIndex, type Filters, type GridColumn, type GridView } from "./view";

const kTyping_ms = 150;

function statesThere(data: ReportData): State[] {
    return kStateOrder.filter((state) => data.runs.some((run) => run.grid.states.includes(state)));
}

function filters(data: ReportData, order: Filters["order"]): Filters {
    const { only, state, query } = route();
    const chosen = data.runs.findIndex((one) => one.id === only);
    return { runs: chosen >= 0 ? [chosen] : data.runs.map((_, index) => index), states: state, query, order };
}

function samplesCsv(data: ReportData, index: readonly Int32Array[], view: GridView, shown: Filters): string {
    const rows: CsvValue[][] = [];
    for (const problem of view.rows) {
        for (const number of shown.runs) {
            const run = data.runs[number]!;
            const row = index[number]![problem]!;
            for (let sample = 0; row >= 0 && sample < run.grid.columns; sample += 1) {
                const state = stateAt(run, row, sample);
                if (shown.states && !shown.states.includes(state)) continue;
                const at = row * run.grid.columns + sample;
                const answer = run.grid.answers[run.grid.answer[at] ?? -1] ?? null;
                const { id, reference } = data.problems[problem]!;
                rows.push([id, run.label, run.id, sample, kStates[state].word, answer, reference, run.grid.b_seq[at] ?? null]);
            }
        }
    }
    return csv(["problem", "run", "run_id", "sample", "state", "answer", "reference", "b_seq"], rows);
}

function runChoice(data: ReportData): HTMLSelectElement {
    const all = el("option", { value: "" }, `all ${data.runs.length} runs`);
    const options = data.runs.map((run) => el("option", { value: run.id }, run.label));
    const choice = el("select", { "aria-label": "Run" }, all, options);
    choice.addEventListener("change", () => go({ only: choice.value }, "replace"));
    return choice;
}

function stateChoice(data: ReportData): { node: HTMLElement; update: () => void } {
    const buttons = statesThere(data).map((state) => {
        const toggle = () => {
            const now = route().state;
            go({ state: now.includes(state) ? now.replace(state, "") : now + state }, "replace");
        };
        return { state, node: button([stateMark(state), kStates[state].word], toggle, { class: "chip" }) };
    });
    const update = () => {
        for (const { state, node } of buttons) node.setAttribute("aria-pressed", String(route().state.includes(state)));
    };
    const node = el("div", { class: "chips", role: "group", "aria-label": "Show only" }, buttons.map((one) => one.node));
    return { node, update };
}

// What is being typed is not overwritten by what the address still says.
function searchField(): { node: HTMLInputElement; update: () => void } {
    const field = el("input", { type: "search", placeholder: "id, text, answer", "aria-label": "Search problems", maxlength: 200 });
    let timer = 0;
    const typed = () => {
        timer = 0;
        go({ query: field.value }, "replace");
    };
    field.addEventListener("input", () => {
        clearTimeout(timer);
        timer = window.setTimeout(typed, kTyping_ms);
    });
    const update = () => {
        const { query } = route();
        if (timer === 0 && field.value !== query) field.value = query;
    };
    return { node: field, update };
}

function orderChoice(changed: (order: Filters["order"]) => void): HTMLSelectElement {
    const names: [Filters["order"], string][] = [
        ["suite", "in the suite's order"],
        ["hardest", "hardest first"],
        ["easiest", "easiest first"],
    ];
    const choice = el("select", { "aria-label": "Order" }, names.map(([value, name]) => el("option", { value }, name)));
    choice.addEventListener("change", () => changed(choice.value as Filters["order"]));
    return choice;
}

// The longest id sets the first column's width, within reason.
function idWidth(data: ReportData): string {
    const longest = data.problems.reduce((most, problem) => Math.max(most, [...problem.id.slice(0, 64)].length), 7);
    return `${Math.min(longest, 22) + 4}ch`;
}

export interface ProblemsPart {
    node: Child;
    focus: (problem: number, run: number, sample: number) => void;
}

export function problemsSection(data: ReportData): ProblemsPart {
    if (data.problems.length === 0) return { node: null, focus: () => undefined };
    const index = rowIndex(data);
    let order: Filters["order"] = "suite";
    let view: GridView = { rows: [], columns: [] };
    let drawn = "";

    const open = (problem: number, column: GridColumn) => {
        const run = data.runs[column.run]?.id ?? "";
        if (column.sample === kWholeRun) go({ only: run }, "push");
        else go({ run, problem: data.problems[problem]!.id, sample: column.sample, call: "" }, "push");
    };
    const grid = new Grid(data, index, { open });
    grid.node.style.setProperty("--id-width", idWidth(data));
    const run = runChoice(data);
    const states = stateChoice(data);
    const search = searchField();
    const found = el("span", { class: "note", role: "status" });
    const all = button("Show all", () => go({ only: "", state: "", query: "" }, "replace"), { class: "link" });
    const none = el("p", { class: "empty" }, "No problem matches. ", all);

    const update = () => {
        const chosen = filters(data, order);
        const key = JSON.stringify(chosen);
        if (key === drawn) return;
        drawn = key;
        run.value = route().only;
        search.update();
        states.update();
        view = gridView(data, index, chosen);
        grid.show(view, chosen.states);
        grid.node.hidden = view.rows.length === 0;
        none.hidden = view.rows.length > 0;
        found.textContent = `${count(view.rows.length, "problem")} of ${data.problems.length}`;
    };
    onRoute(update);
    update();

    const toCsv = () => {
        save("samples.csv", "text/csv;charset=utf-8", samplesCsv(data, index, view, filters(data, order)));
        announce("samples.csv was saved");
    };
    const sort = orderChoice((next) => {
        order = next;
        update();
    });
    const bar = el("div", { class: "filters" }, search.node, data.runs.length > 1 && run, sort, states.node);
    const below = el("div", { class: "tools" }, found, button("CSV", toCsv, { title: "Save these samples as CSV" }));
    const lead = "A row a problem, a cell a sample. A cell opens the run: what was drafted, what was handed on, who read it, what came out.";
    return {
        node: section({ id: "problems", title: "Problems", lead }, bar, grid.node, none, below),
        focus: (problem, of, sample) => grid.focus(problem, of, sample),
    };
}

