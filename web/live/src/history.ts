// What has ended, newest first, with search. While somebody reads, new rows wait beside the list.
import { announce, button, el, foreign } from "../../common/dom";
import { count, seconds, tokens, whole } from "../../common/format";
import { ApiFailure, type Api } from "./api";
import type { Finished, History } from "./contract";
import { Named } from "./in_flight";
import { bounded, type Live } from "./live";
import { Badge, reason } from "./states";
import { VirtualList } from "./virtual_list";

const kPage = 500;
const kMostFound = 5000;
const kTyping_ms = 250;

const kHeads: [string, string][] = [
    ["ended", "at"], ["", "status"], ["operator", "name"], ["time", "figure"], ["b_seq", "figure"],
    ["b_total", "figure wide"], ["calls", "figure wide"], ["failed", "figure wide"], ["error", "why wide"],
];

function clock(ms: number): string {
    const time = new Date(ms);
    if (time.toDateString() === new Date().toDateString()) return time.toLocaleTimeString("en-GB");
    return time.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

function cell(className: string, ...children: (Node | string)[]): HTMLElement {
    return el("span", { class: className, role: "gridcell" }, children);
}

function row(one: Finished): HTMLElement {
    const named = new Named();
    named.show(one);
    return el(
        "div",
        { class: "past", title: reason(one) || null },
        cell("at soft", clock(one.begun_ms + one.seconds * 1000)),
        cell("status", new Badge(one.status).node),
        cell("name", named.node),
        cell("figure", seconds(one.seconds)),
        cell("figure", tokens(one.b_seq)),
        cell("figure wide", tokens(one.b_total)),
        cell("figure wide", whole(one.calls)),
        cell("figure wide", one.failed_calls > 0 ? whole(one.failed_calls) : ""),
        cell("why wide", foreign(reason(one))),
    );
}

export class HistoryList {
    readonly node: HTMLElement;
    readonly #api: Api;
    readonly #live: Live;
    readonly #list: VirtualList<Finished>;
    readonly #query = el("input", { type: "search", placeholder: "operator, model, key, status, question", "aria-label": "Search what has ended", maxlength: 200, spellcheck: "false" });
    readonly #held: HTMLButtonElement;
    readonly #note = el("p", { class: "note", role: "status" });
    #heldCount = 0;
    #found: Finished[] | null = null; // null: nothing is searched for
    #foundMore = false;
    #loading = false;
    #search = 0; // number of the newest; older answers are dropped
    #typing: ReturnType<typeof setTimeout> | undefined;

    constructor(api: Api, live: Live, open: (id: string) => void) {
        this.#api = api;
        this.#live = live;
        this.#list = new VirtualList<Finished>({
            label: "Requests that ended, newest first; arrows move, Enter opens",
            head: el("div", { class: "past heads" }, kHeads.map(([text, name]) => el("span", { class: name, role: "columnheader" }, text))),
            key: (one) => String(one.seq),
            row,
            open: (one) => open(one.id),
            nearEnd: () => void this.#loadOlder(),
            atTop: () => this.#rested(),
        });
        this.#held = button("", () => this.#showAll(), { class: "held" });
        this.#held.hidden = true;
        this.#query.addEventListener("input", () => this.#typed());
        const bar = el("div", { class: "bar" }, el("h2", { id: "history-title" }, "Ended"), this.#query, this.#held, this.#note);
        this.node = el("section", { class: "history", "aria-labelledby": "history-title" }, bar, this.#list.node);
        for (const event of ["pointerleave", "focusout"]) this.node.addEventListener(event, () => setTimeout(() => this.#rested()));
        this.#show();
    }

    // Somebody reads or points: rows must not move under them.
    get #isHeld(): boolean {
        return !this.#list.isAtTop || this.node.matches(":hover, :focus-within");
    }

    // More has ended.
    added(fresh: readonly Finished[]): void {
        if (this.#found === null && !this.#isHeld) {
            this.#show();
            return;
        }
        this.#heldCount += fresh.length;
        const what = this.#found === null ? "new" : "ended since";
        this.#held.textContent = `${whole(this.#heldCount)} ${what}: show`;
        this.#held.hidden = false;
    }

    forgotten(): void {
        this.#showAll();
    }

    focus(id: string): boolean {
        const one = (this.#found ?? this.#live.finished).find((finished) => finished.id === id);
        if (!one) return false;
        this.#list.focus(String(one.seq));
        return true;
    }

    #rested(): void {
        if (this.#found === null && this.#heldCount > 0 && !this.#isHeld) this.#show();
    }

    #showAll(): void {
        this.#list.toTop();
        if (this.#found === null) this.#show();
        else void this.#find();
    }

    #show(): void {
        this.#heldCount = 0;
        this.#held.hidden = true;
        const items = this.#found ?? this.#live.finished;
        this.#list.show([...items]);
        this.#list.node.classList.toggle("is-empty", items.length === 0);
        this.#note.textContent = this.#words(items.length);
    }

    #words(length: number): string {
        const more = this.#found === null ? this.#live.mayHaveOlder && length > 0 : this.#foundMore;
        if (length > 0) return this.#found === null && more ? "" : count(length, "request") + (more ? " and more" : "");
        return this.#found === null ? "Nothing has ended yet." : "Nothing that is kept matches.";
    }

    #typed(): void {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => void this.#find(), kTyping_ms);
    }

    async #find(): Promise<void> {
        this.#search += 1;
        const query = this.#query.value.trim();
        if (query) return this.#take(query, 0, []);
        this.#found = null;
        this.#list.toTop();
        this.#show();
    }

    async #loadOlder(): Promise<void> {
        if (this.#loading) return;
        this.#loading = true;
        try {
            if (this.#found !== null) await this.#loadFound(this.#found);
            else if (this.#live.mayHaveOlder) await this.#loadLive();
        } finally {
            this.#loading = false;
        }
    }

    async #loadLive(): Promise<void> {
        const oldest = this.#live.finished.at(-1);
        if (!oldest) return;
        const history = await this.#ask("", oldest.seq);
        if (!history) return;
        this.#live.addOlder(history.finished, history.more);
        // New rows that wait go on waiting.
        const shown = this.#live.finished.slice(this.#heldCount);
        if (this.#found === null) this.#list.show(shown);
    }

    async #loadFound(found: readonly Finished[]): Promise<void> {
        const oldest = found.at(-1);
        if (oldest && this.#foundMore && found.length < kMostFound) await this.#take(this.#query.value.trim(), oldest.seq, found);
    }

    async #take(query: string, before: number, so_far: readonly Finished[]): Promise<void> {
        const number = this.#search;
        const history = await this.#ask(query, before);
        if (!history || number !== this.#search) return;
        this.#found = [...so_far, ...history.finished.map(bounded)];
        this.#foundMore = history.more;
        if (before === 0) this.#list.toTop();
        this.#show();
        if (before === 0) announce(this.#words(this.#found.length));
    }

    async #ask(query: string, before: number): Promise<History | null> {
        const values = new URLSearchParams({ query, limit: String(kPage) });
        if (before > 0) values.set("before", String(before));
        try {
            return await this.#api.get<History>(`retort/history?${values.toString()}`);
        } catch (error) {
            if (!(error instanceof ApiFailure)) throw error;
            this.#note.textContent = `Not found out: ${error.message}.`;
            return null;
        }
    }
}
