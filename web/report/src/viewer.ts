// The window in which a sample opens; what it shows is said by the address.
import type { ReportData } from "./data";
import { DetailStore } from "./details";
import { button, el, foreign, type Child } from "../../common/dom";
import { go, kNothingOpen, onRoute, route, type Route } from "./route";
import { Places, sampleBody, sampleHead } from "./sample";
import { stateAt, stateBadge } from "./states";

interface Shown {
    run: number;
    problem: number;
    row: number;
    sample: number;
}

// Null: the address names no sample, or one that the report does not have.
function find(data: ReportData, wanted: Route): Shown | null {
    if (!wanted.problem) return null;
    const run = data.runs.findIndex((one) => one.id === wanted.run);
    const { rows, columns } = data.runs[run]?.grid ?? { rows: [], columns: 0 };
    const row = rows.findIndex((problem) => data.problems[problem]?.id === wanted.problem);
    if (row < 0 || wanted.sample >= columns) return null;
    return { run, row, problem: rows[row]!, sample: wanted.sample };
}

export class Viewer {
    readonly node = el("dialog", { class: "viewer", "aria-labelledby": "viewer-title" });
    readonly #data: ReportData;
    readonly #store: DetailStore;
    readonly #closed: (problem: number, run: number, sample: number) => void;
    #shown: Shown | null = null;

    constructor(data: ReportData, closed: (problem: number, run: number, sample: number) => void) {
        this.#data = data;
        this.#store = new DetailStore(data.details);
        this.#closed = closed;
        this.node.addEventListener("cancel", (event) => {
            event.preventDefault();
            this.#leave();
        });
        this.node.addEventListener("click", (event) => {
            if (event.target === this.node) this.#leave();
        });
        this.node.addEventListener("keydown", (event) => this.#key(event));
        onRoute((now) => void this.follow(now));
    }

    async follow(now: Route = route()): Promise<void> {
        const next = find(this.#data, now);
        if (!next) {
            this.#close(now);
            return;
        }
        const same = JSON.stringify(next) === JSON.stringify(this.#shown);
        if (same && this.node.open) return;
        this.#shown = next;
        await this.#show(next, now.call);
    }

    #leave(): void {
        go(kNothingOpen, "push");
    }

    #close(now: Route): void {
        if (now.problem) {
            this.#unknown(now);
            return;
        }
        const shown = this.#shown;
        this.#shown = null;
        if (!this.node.open) return;
        this.node.close();
        if (shown) this.#closed(shown.problem, shown.run, shown.sample);
    }

    #unknown(now: Route): void {
        const text = `This report has no sample ${now.sample} of problem `;
        this.#fill([el("div", { class: "viewer-head" }, el("h2", { id: "viewer-title" }, "Not here"), this.#closeButton()),
            el("p", {}, text, foreign(now.problem), " in run ", foreign(now.run), ".")]);
    }

    async #show(shown: Shown, call: string): Promise<void> {
        const run = this.#data.runs[shown.run]!;
        const problem = this.#data.problems[shown.problem]!;
        const state = stateAt(run, shown.row, shown.sample);
        const body = el("div", { class: "viewer-body", "aria-busy": "true" }, el("p", { class: "soft" }, "unpacking \u2026"));
        const title = el("h2", { id: "viewer-title", tabindex: -1 }, foreign(problem.id), ` \u00b7 sample ${shown.sample} of 0 to ${run.grid.columns - 1}`);
        const head = el("div", { class: "viewer-head" }, title, this.#steps(shown), this.#closeButton());
        this.#fill([head, el("div", { class: "viewer-problem" }, sampleHead(problem, run)), body]);
        title.focus({ preventScroll: true });
        const places = new Places();
        const content = await this.#content(shown, state, places);
        // Another one may have been opened meanwhile.
        if (this.#shown !== shown) return;
        body.replaceChildren(...el("div", {}, content).childNodes);
        body.removeAttribute("aria-busy");
        if (call) places.go(call);
    }

    async #content(shown: Shown, state: ReturnType<typeof stateAt>, places: Places): Promise<Child> {
        const { grid } = this.#data.runs[shown.run]!;
        const at = shown.row * grid.columns + shown.sample;
        const detail = grid.detail[at] ?? -1;
        if (!this.#store.has(detail)) {
            const answer = grid.answers[grid.answer[at] ?? -1];
            const outcome = el("p", { class: "outcome" }, stateBadge(state), answer === undefined ? "" : foreign(answer, "answer"));
            return [outcome, el("p", { class: "soft" }, state === "." ? "This sample was not run." : "This report was made without details.")];
        }
        try {
            return sampleBody(await this.#store.sample(detail), state, places);
        } catch (error) {
            return el("p", { class: "error" }, foreign(`The details cannot be shown: ${error instanceof Error ? error.message : String(error)}`));
        }
    }

    #fill(children: Child[]): void {
        this.node.replaceChildren(...el("div", {}, children).childNodes);
        this.node.scrollTop = 0;
        if (!this.node.open) this.node.showModal();
    }

    #closeButton(): HTMLElement {
        return button("Close", () => this.#leave(), { class: "close", title: "Close (Escape)" });
    }

    #steps(shown: Shown): HTMLElement {
        const step = (label: string, what: string, samples: number, problems: number) => {
            const target = this.#moved(shown, samples, problems);
            return button(label, () => target && this.#open(target), { title: what, "aria-label": what, disabled: !target });
        };
        return el(
            "span",
            { class: "steps" },
            step("\u2039", "Previous sample (left arrow)", -1, 0),
            step("\u203a", "Next sample (right arrow)", 1, 0),
            step("\u2191", "Previous problem", 0, -1),
            step("\u2193", "Next problem", 0, 1),
        );
    }

    #moved(from: Shown, samples: number, problems: number): Shown | null {
        const { rows, columns } = this.#data.runs[from.run]!.grid;
        const row = from.row + problems;
        const sample = from.sample + samples;
        if (row < 0 || row >= rows.length || sample < 0 || sample >= columns) return null;
        return { run: from.run, row, problem: rows[row]!, sample };
    }

    #open(target: Shown): void {
        const run = this.#data.runs[target.run]!.id;
        go({ run, problem: this.#data.problems[target.problem]!.id, sample: target.sample, call: "" }, "replace");
    }

    #key(event: KeyboardEvent): void {
        const inText = event.target instanceof Element && event.target.closest("pre, input, select") !== null;
        if (!this.#shown || inText || event.altKey || event.ctrlKey || event.metaKey) return;
        const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        const target = by === undefined ? null : this.#moved(this.#shown, by, 0);
        if (target) this.#open(target);
    }
}
