// Problems by samples, as a grid of which only the rows in sight are in the document: a report may have tens of
// thousands of samples. One cell takes part in the tab order; arrows move, Enter opens.
import type { ReportData } from "./data";
import { el, foreign } from "../../common/dom";
import { tokens } from "./format";
import { kStates, stateAt, type State } from "./states";
import { kWholeRun, tally, type GridColumn, type GridView } from "./view";

const kRowHeight = 26;
const kAhead = 8; // rows beyond the edge
const kMostPrinted = 400;

export interface GridEvents {
    open: (problem: number, column: GridColumn) => void;
}

interface Place {
    row: number;
    column: number;
}

interface CellLook {
    mark: string;
    name: string;
    label: string;
}

export class Grid {
    readonly node: HTMLElement;
    readonly #data: ReportData;
    readonly #index: readonly Int32Array[];
    readonly #head = el("div", { class: "grid-head", role: "row" });
    readonly #body = el("div", { class: "grid-body", role: "rowgroup" });
    readonly #rows = new Map<number, HTMLElement>();
    #view: GridView = { rows: [], columns: [] };
    #states = "";
    #active: Place = { row: 0, column: 0 };

    constructor(data: ReportData, index: readonly Int32Array[], events: GridEvents) {
        this.#data = data;
        this.#index = index;
        const parts = { class: "grid", role: "grid", "aria-label": "Problems and samples; arrows move, Enter opens" };
        this.node = el("div", parts, this.#head, this.#body);
        this.node.addEventListener("scroll", () => this.#draw(), { passive: true });
        this.node.addEventListener("keydown", (event) => this.#key(event, events));
        this.node.addEventListener("click", (event) => this.#click(event, events));
        this.node.addEventListener("pointerover", (event) => this.#hint(event));
        new ResizeObserver(() => this.#draw()).observe(this.node);
        addEventListener("beforeprint", () => this.#draw(kMostPrinted));
        addEventListener("afterprint", () => this.#draw());
    }

    show(view: GridView, states: string): void {
        this.#view = view;
        this.#states = states;
        this.#active = { row: 0, column: 0 };
        this.#rows.clear();
        this.#body.replaceChildren();
        this.#body.style.height = `${view.rows.length * kRowHeight}px`;
        this.node.setAttribute("aria-rowcount", String(view.rows.length + 1));
        this.node.setAttribute("aria-colcount", String(view.columns.length + 1));
        this.node.classList.toggle("by-run", view.columns[0]?.sample === kWholeRun);
        this.#drawHead();
        this.#draw();
    }

    // Puts the focus on a sample's cell, where it is shown.
    focus(problem: number, run: number, sample: number): void {
        const row = this.#view.rows.indexOf(problem);
        const column = this.#view.columns.findIndex(
            (one) => one.run === run && (one.sample === sample || one.sample === kWholeRun));
        if (row >= 0 && column >= 0) this.#moveTo({ row, column });
    }

    #drawHead(): void {
        const groups: { run: number; width: number }[] = [];
        for (const { run } of this.#view.columns) {
            const last = groups.at(-1);
            if (last?.run === run) last.width += 1;
            else groups.push({ run, width: 1 });
        }
        const labels = groups.map(({ run, width }) => {
            const label = this.#data.runs[run]?.label ?? "";
            const node = el("span", { class: "grid-run", role: "columnheader", title: label }, foreign(label));
            node.style.setProperty("--cells", String(width));
            return node;
        });
        this.#head.replaceChildren(el("span", { class: "grid-id", role: "columnheader" }, "problem"), ...labels);
    }

    #draw(all = 0): void {
        const { scrollTop, clientHeight } = this.node;
        const first = all > 0 ? 0 : Math.max(0, Math.floor(scrollTop / kRowHeight) - kAhead);
        const last = all > 0 ? all : Math.ceil((scrollTop + clientHeight) / kRowHeight) + kAhead;
        const end = Math.min(this.#view.rows.length, last);
        for (const [row, node] of this.#rows) {
            // The row that takes part in the tab order stays.
            if ((row >= first && row < end) || row === this.#active.row) continue;
            node.remove();
            this.#rows.delete(row);
        }
        for (let row = first; row < end; row += 1) {
            if (!this.#rows.has(row)) this.#addRow(row);
        }
        if (end > 0 && !this.#rows.has(this.#active.row)) this.#addRow(this.#active.row);
    }

    #addRow(row: number): void {
        const problem = this.#view.rows[row]!;
        const { id, text } = this.#data.problems[problem]!;
        const cells = this.#view.columns.map((column, at) => this.#cell(row, problem, column, at));
        const label = el("span", { class: "grid-id", role: "rowheader", title: text.slice(0, 400) }, foreign(id));
        const node = el("div", { class: "grid-row", role: "row", "aria-rowindex": row + 2 }, label, cells);
        node.style.top = `${row * kRowHeight}px`;
        this.#rows.set(row, node);
        // In order, for those who read the document rather than see it.
        const after = [...this.#rows.keys()].filter((other) => other > row);
        this.#body.insertBefore(node, after.length > 0 ? this.#rows.get(Math.min(...after))! : null);
    }

    #cell(row: number, problem: number, column: GridColumn, at: number): HTMLElement {
        const look = this.#look(problem, column);
        const first = at > 0 && this.#view.columns[at - 1]!.run !== column.run;
        const here = this.#active.row === row && this.#active.column === at;
        return el("span", {
            class: `cell ${look.name}${first ? " first" : ""}`,
            role: "gridcell",
            tabindex: here ? 0 : -1,
            "aria-label": look.label,
            "aria-colindex": at + 2,
            "data-row": row,
            "data-column": at,
        }, look.mark);
    }

    #look(problem: number, column: GridColumn): CellLook {
        const run = this.#data.runs[column.run]!;
        const row = this.#index[column.run]![problem]!;
        const id = this.#data.problems[problem]!.id;
        if (column.sample === kWholeRun) {
            const { right, run: ran } = tally(run, row);
            const level = ran === 0 ? "absent" : `level-${Math.round((right / ran) * 4)}`;
            return { mark: ran === 0 ? "" : String(right), name: level, label: `${id}, ${run.label}: ${right} of ${ran} right` };
        }
        const state: State = row < 0 ? "." : stateAt(run, row, column.sample);
        const { word, mark, name } = kStates[state];
        const faded = this.#states !== "" && !this.#states.includes(state) ? " faded" : "";
        return { mark, name: name + faded, label: `${id}, sample ${column.sample}, ${run.label}: ${word}` };
    }

    // Answer and budget are looked up only for the cell under the pointer.
    #hint(event: Event): void {
        const cell = this.#target(event);
        if (!cell || cell.node.title) return;
        const problem = this.#view.rows[cell.row]!;
        const column = this.#view.columns[cell.column]!;
        const run = this.#data.runs[column.run]!;
        const row = this.#index[column.run]![problem]!;
        const label = cell.node.getAttribute("aria-label") ?? "";
        const at = row * run.grid.columns + column.sample;
        if (column.sample === kWholeRun || row < 0) {
            cell.node.title = label;
            return;
        }
        const answer = run.grid.answers[run.grid.answer[at] ?? -1];
        const budget = run.grid.b_seq[at] ?? 0;
        const more = [answer === undefined ? "" : `answer ${answer}`, budget > 0 ? `b_seq ${tokens(budget)}` : ""];
        cell.node.title = [label, ...more.filter(Boolean)].join("\n");
    }

    #target(event: Event): (Place & { node: HTMLElement }) | null {
        const node = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
        if (!node) return null;
        return { node, row: Number(node.dataset["row"]), column: Number(node.dataset["column"]) };
    }

    #open(place: Place, events: GridEvents): void {
        events.open(this.#view.rows[place.row]!, this.#view.columns[place.column]!);
    }

    #click(event: Event, events: GridEvents): void {
        const place = this.#target(event);
        if (!place) return;
        this.#moveTo(place);
        this.#open(place, events);
    }

    #key(event: KeyboardEvent, events: GridEvents): void {
        const from = this.#target(event);
        if (!from || event.altKey || event.metaKey) return;
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            this.#open(from, events);
            return;
        }
        const to = this.#moved(from, event);
        if (!to) return;
        event.preventDefault();
        this.#moveTo(to);
    }

    #moved(from: Place, event: KeyboardEvent): Place | null {
        const page = Math.max(1, Math.floor(this.node.clientHeight / kRowHeight) - 2);
        const lastRow = this.#view.rows.length - 1;
        const lastColumn = this.#view.columns.length - 1;
        const { row, column } = from;
        const far = event.ctrlKey;
        const moves: Record<string, Place> = {
            ArrowUp: { row: row - 1, column },
            ArrowDown: { row: row + 1, column },
            ArrowLeft: { row, column: column - 1 },
            ArrowRight: { row, column: column + 1 },
            PageUp: { row: row - page, column },
            PageDown: { row: row + page, column },
            Home: { row: far ? 0 : row, column: 0 },
            End: { row: far ? lastRow : row, column: lastColumn },
        };
        const to = moves[event.key];
        if (!to) return null;
        return {
            row: Math.min(lastRow, Math.max(0, to.row)),
            column: Math.min(lastColumn, Math.max(0, to.column)),
        };
    }

    #moveTo({ row, column }: Place): void {
        this.#cellAt(this.#active)?.setAttribute("tabindex", "-1");
        this.#active = { row, column };
        this.#scrollTo(row);
        this.#draw();
        const cell = this.#cellAt(this.#active);
        if (!cell) return;
        cell.setAttribute("tabindex", "0");
        cell.focus({ preventScroll: true });
        cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    #scrollTo(row: number): void {
        const top = row * kRowHeight;
        const shown = this.node.clientHeight - this.#head.offsetHeight - kRowHeight;
        if (top < this.node.scrollTop) this.node.scrollTop = top;
        else if (top > this.node.scrollTop + shown) this.node.scrollTop = top - shown;
    }

    #cellAt({ row, column }: Place): HTMLElement | null {
        return this.#rows.get(row)?.querySelector<HTMLElement>(`[data-column="${column}"]`) ?? null;
    }
}
