// Requests under way, each in a row that is its own until it ends and a while after: rows do not move.
import { button, el, type Child } from "../../common/dom";
import { seconds, tokens, whole } from "../../common/format";
import type { Finished, InFlight, State } from "./contract";
import { Lanes, total } from "./lanes";
import { emptyHint } from "./hint";
import { Badge, reason } from "./states";

const kLinger_ms = 8000;
const kMostRows = 60;
const kLeastRows = 4;
const kFew = 2; // rows that the smallest box holds
const kRest_ms = 20_000;

export interface Names {
    operator: string;
    model: string;
    key: string;
}

// "pdr:8,4", with model and key below.
export class Named {
    readonly node: HTMLElement;
    readonly #operator = el("bdi", { dir: "auto", class: "named-operator" });
    readonly #model = el("bdi", { dir: "auto" });

    constructor() {
        this.node = el("span", { class: "named" }, this.#operator, el("small", {}, this.#model));
    }

    show({ operator, model, key }: Names): void {
        this.#operator.textContent = operator || model;
        this.#model.textContent = [operator ? model : "no operator", key].filter(Boolean).join(" · ");
    }
}

class Row {
    readonly node: HTMLButtonElement;
    id = "";
    ended_ms = 0; // by the page's clock; 0: under way
    readonly #named = new Named();
    readonly #why = el("bdi", { class: "phase", dir: "auto" });
    readonly #badge = new Badge("running");
    readonly #lanes = new Lanes();
    readonly #age = el("span", { class: "figure age" });
    readonly #tokens = el("span", { class: "figure now" });
    readonly #b_seq = el("span", { class: "figure b-seq" });

    constructor(open: (id: string) => void) {
        const phase = el("span", { class: "phases" }, this.#badge.node, this.#why);
        const cells: Child[] = [this.#named.node, phase, el("span", { class: "lane-box" }, this.#lanes.node), this.#age, this.#tokens, this.#b_seq];
        this.node = button(cells, () => open(this.id), { class: "row" });
    }

    get isHeld(): boolean {
        return this.node.matches(":hover, :focus");
    }

    show(one: InFlight, now_ms: number): void {
        if (one.id !== this.id) this.#named.show(one);
        this.id = one.id;
        this.ended_ms = 0;
        this.node.hidden = false;
        this.node.classList.remove("ended");
        this.#badge.show("running", one.phase);
        this.#why.textContent = "";
        this.#lanes.show(one.lanes);
        this.#age.textContent = seconds(Math.max(0, now_ms - one.begun_ms) / 1000);
        this.#tokens.textContent = one.lanes.length > 0 ? tokens(total(one.lanes)) : "";
        this.#b_seq.textContent = tokens(one.b_seq);
    }

    // What became of it is known a moment later than that it is gone.
    end(how: Finished | undefined): void {
        this.ended_ms ||= Date.now();
        this.node.classList.add("ended");
        if (!how) return;
        this.#badge.show(how.status);
        this.#why.textContent = reason(how);
        this.#age.textContent = seconds(how.seconds);
        this.#b_seq.textContent = tokens(how.b_seq);
    }

    clear(): void {
        this.id = "";
        this.node.hidden = true;
    }
}

// Keeps its height when its row is empty.
class Slot {
    readonly node: HTMLElement;
    readonly row: Row;

    constructor(open: (id: string) => void) {
        this.row = new Row(open);
        this.row.clear();
        this.node = el("li", { class: "slot" }, this.row.node);
    }
}

// The box of the rows is as high as is needed, and changes seldom: it grows at once, and shrinks when nothing was there for
// a while. What stands below it does not move under who is at it.
const kHeights = ["small", "hint", "large"] as const;
type Height = (typeof kHeights)[number];

class Box {
    readonly node = el("div", { class: "flight-box" });
    #height: Height | null = null;
    #calm_ms = 0; // since when nothing is there

    show(wanted: Height, nothing: boolean): void {
        if (!nothing) this.#calm_ms = 0;
        else this.#calm_ms ||= Date.now();
        const grows = this.#height === null || kHeights.indexOf(wanted) > kHeights.indexOf(this.#height);
        if (wanted === this.#height || (!grows && !this.#mayShrink())) return;
        const used = document.querySelector("main > :is(.composer, .history):is(:hover, :focus-within)");
        if (used && !grows) return;
        this.#height = wanted;
        const { bottom } = this.node.getBoundingClientRect();
        const before = used?.getBoundingClientRect().top ?? 0;
        this.node.dataset["height"] = wanted;
        if (used && bottom > 0) scrollBy({ top: used.getBoundingClientRect().top - before, behavior: "instant" });
    }

    #mayShrink(): boolean {
        return this.#calm_ms > 0 && Date.now() - this.#calm_ms > kRest_ms;
    }
}

const kHeads = ["operator", "phase", "lanes", "age", "tokens", "b_seq"];

export class InFlightRows {
    readonly node: HTMLElement;
    readonly #open: (id: string) => void;
    readonly #list = el("ul", { class: "slots" });
    readonly #empty = el("div", { class: "none" });
    readonly #box = new Box();
    readonly #count = el("span", { class: "soft count" });
    readonly #more = el("p", { class: "soft more" });
    #slots: Slot[] = [];
    #hint = "";

    constructor(open: (id: string) => void) {
        this.#open = open;
        const heads = el("div", { class: "row heads", "aria-hidden": "true" }, kHeads.map((head) => el("span", {}, head)));
        this.#box.node.append(heads, this.#list, this.#empty);
        this.node = el(
            "section",
            { class: "flight", "aria-labelledby": "flight-title" },
            el("h2", { id: "flight-title" }, "In flight ", this.#count),
            this.#box.node,
            this.#more,
        );
    }

    // `model`: a name for an example, from the gateway's list.
    show(state: State, finished: readonly Finished[], model: string): void {
        this.#place(state);
        this.#endOthers(state, finished);
        this.#trim();
        const all = state.in_flight_count ?? state.in_flight.length;
        this.#count.textContent = all > 0 ? whole(all) : "";
        const rest = all - this.#slots.filter(({ row }) => row.id && !row.ended_ms).length;
        this.#more.textContent = rest > 0 ? `and ${rest} more` : "";
        const there = this.#slots.filter(({ row }) => row.id).length;
        const never = finished.length === 0;
        this.#empty.hidden = there > 0;
        if (there === 0) this.#sayEmpty(never, state.keys, model);
        this.#box.show(there > kFew ? "large" : there === 0 && never ? "hint" : "small", there === 0);
    }

    // Ids of another gateway's.
    forgotten(): void {
        for (const { row } of this.#slots) row.clear();
    }

    focus(id: string): boolean {
        const row = this.#slots.find((slot) => slot.row.id === id)?.row;
        row?.node.focus();
        return row !== undefined;
    }

    #sayEmpty(never: boolean, keys: boolean, model: string): void {
        const hint = JSON.stringify([never, keys, model]);
        if (hint === this.#hint) return;
        this.#hint = hint;
        this.#empty.replaceChildren(never ? emptyHint(keys, model) : el("p", { class: "soft" }, "Nothing is in flight."));
    }

    #place({ in_flight, now_ms }: State): void {
        const rows = new Map(this.#slots.filter(({ row }) => row.id).map(({ row }) => [row.id, row]));
        for (const one of [...in_flight].sort((a, b) => a.begun_ms - b.begun_ms)) {
            const row = rows.get(one.id) ?? this.#free();
            row?.show(one, now_ms);
        }
    }

    #free(): Row | null {
        const empty = this.#slots.find(({ row }) => !row.id);
        if (empty) return empty.row;
        if (this.#slots.length >= kMostRows) return this.#ended();
        const slot = new Slot(this.#open);
        this.#slots.push(slot);
        this.#list.append(slot.node);
        return slot.row;
    }

    // The row that ended first gives way to one under way, unless somebody is at it.
    #ended(): Row | null {
        const ended = this.#slots.map(({ row }) => row).filter((row) => row.ended_ms > 0 && !row.isHeld);
        return ended.sort((a, b) => a.ended_ms - b.ended_ms)[0] ?? null;
    }

    #endOthers({ in_flight }: State, finished: readonly Finished[]): void {
        const there = new Set(in_flight.map((one) => one.id));
        for (const { row } of this.#slots) {
            if (!row.id || there.has(row.id)) continue;
            const over = row.ended_ms > 0 && Date.now() - row.ended_ms > kLinger_ms;
            if (over && !row.isHeld) row.clear();
            else row.end(finished.slice(0, 1000).find((one) => one.id === row.id));
        }
    }

    // Rows are taken away only when none is left.
    #trim(): void {
        if (this.#slots.length <= kLeastRows || this.#slots.some(({ row }) => row.id)) return;
        for (const slot of this.#slots.splice(kLeastRows)) slot.node.remove();
    }
}
