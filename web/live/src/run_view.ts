// The window in which a run opens; it is asked for until the run has ended.
import { button, el, foreign } from "../../common/dom";
import { seconds } from "../../common/format";
import { ApiFailure, type Api } from "./api";
import type { Run } from "./contract";
import { GrowingText } from "./growing_text";
import { Named } from "./in_flight";
import { Poll } from "./poll";
import { budgetFigures, Figures, FinalBlock, RoundBlock } from "./run_parts";
import { Badge, reason } from "./states";

const kOften_ms = 300;
const kSlow_ms = 2000;

// What is shown of one run; made anew for another one.
class Sheet {
    readonly node: HTMLElement;
    readonly #named = new Named();
    readonly #badge = new Badge("running");
    readonly #phase = el("bdi", { class: "soft", dir: "auto" });
    readonly #error = el("p", { class: "error" });
    readonly #note = el("p", { class: "soft" });
    readonly #question = new GrowingText("The question");
    readonly #figures = new Figures();
    readonly #rounds = el("div");
    readonly #blocks: RoundBlock[] = [];
    readonly #final = new FinalBlock();
    readonly #now_ms: () => number;

    constructor(now_ms: () => number) {
        this.#now_ms = now_ms;
        const head = el("div", { class: "run-head" }, this.#named.node, this.#badge.node, this.#phase);
        this.#final.node.hidden = true;
        const parts = [head, this.#figures.node, this.#error, this.#note, this.#question.node, this.#rounds, this.#final.node];
        this.node = el("div", { class: "run-sheet", hidden: true }, parts);
    }

    show(run: Run): void {
        this.node.hidden = false;
        this.#named.show({ ...run, key: "" });
        this.#badge.show(run.status || (run.finished ? "done" : "running"));
        this.#phase.textContent = run.finished ? "" : (run.phase ?? "");
        this.#figures.show([...budgetFigures(run.budget), { name: "time", value: this.#time(run) }]);
        const why = reason(run);
        this.#error.replaceChildren(why ? foreign(why.slice(0, 4000)) : "");
        this.#error.hidden = !why;
        this.#note.textContent = run.content ? "" : "The texts are kept for keys that may see them; this one may not.";
        this.#note.hidden = run.content;
        this.#question.set(run.question, false);
        for (const round of run.rounds.slice(this.#blocks.length)) this.#addRound(round.round);
        run.rounds.forEach((round, at) => this.#blocks[at]?.show(round, run.finished));
        this.#final.show(run);
    }

    #addRound(number: number): void {
        const block = new RoundBlock(number);
        this.#blocks.push(block);
        this.#rounds.append(block.node);
    }

    #time(run: Run): string {
        if (run.finished) return seconds(run.seconds ?? null);
        return seconds(Math.max(0, this.#now_ms() - run.begun_ms) / 1000);
    }
}

export class RunView {
    readonly node = el("dialog", { class: "viewer", "aria-labelledby": "run-title" });
    readonly #api: Api;
    readonly #now_ms: () => number;
    readonly #leave: () => void;
    readonly #closed: (id: string) => void;
    readonly #title = el("h2", { id: "run-title", tabindex: -1 });
    readonly #body = el("div");
    readonly #message = el("p", { class: "error" });
    readonly #tall: HTMLButtonElement;
    #id = "";
    #sheet: Sheet | null = null;
    #poll: Poll | null = null;

    // `now_ms` is the gateway's clock; `leave` takes the run out of the address, which closes; `closed` says where the focus goes.
    constructor(api: Api, now_ms: () => number, leave: () => void, closed: (id: string) => void) {
        this.#api = api;
        this.#now_ms = now_ms;
        this.#leave = leave;
        this.#closed = closed;
        this.#tall = button("Whole texts", () => this.#toggleTall(), { "aria-pressed": "false", title: "Texts in their full height" });
        const close = button("Close", leave, { class: "close", title: "Close (Escape)" });
        this.node.append(el("div", { class: "viewer-head" }, this.#title, this.#tall, close), this.#message, this.#body);
        this.node.addEventListener("cancel", (event) => {
            event.preventDefault();
            leave();
        });
        this.node.addEventListener("click", (event) => {
            if (event.target === this.node) this.#leave();
        });
    }

    show(id: string): void {
        if (id === this.#id) return;
        const before = this.#id;
        this.#id = id;
        this.#poll?.stop();
        this.#poll = null;
        if (id) this.#open(id);
        else this.#close(before);
    }

    #open(id: string): void {
        this.#title.replaceChildren("Run ", foreign(id, "path"));
        this.#sheet = new Sheet(this.#now_ms);
        this.#body.replaceChildren(this.#sheet.node);
        this.#say("");
        if (!this.node.open) this.node.showModal();
        this.node.scrollTop = 0;
        this.#title.focus({ preventScroll: true });
        this.#poll = new Poll(() => this.#ask(id));
        this.#poll.now();
    }

    #close(before: string): void {
        this.node.close();
        this.#body.replaceChildren(); // its texts may be long
        this.#sheet = null;
        this.#closed(before);
    }

    #toggleTall(): void {
        const tall = this.node.classList.toggle("tall");
        this.#tall.setAttribute("aria-pressed", String(tall));
    }

    #say(text: string): void {
        this.#message.textContent = text;
        this.#message.hidden = text === "";
    }

    async #ask(id: string): Promise<number> {
        try {
            const run = await this.#api.get<Run>(`retort/runs/${encodeURIComponent(id)}`);
            if (id !== this.#id) return Infinity;
            this.#sheet?.show(run);
            this.#say("");
            if (run.finished) return Infinity;
            return document.hidden ? kSlow_ms : kOften_ms;
        } catch (error) {
            return id === this.#id ? this.#failed(error) : Infinity;
        }
    }

    #failed(error: unknown): number {
        const status = error instanceof ApiFailure ? error.status : 0;
        if (status === 404) {
            this.#say("This run is no longer kept: the gateway keeps the texts of the last ones only, and requests that it handed on have none.");
            return Infinity;
        }
        this.#say(error instanceof ApiFailure ? `Not to be had: ${error.message}.` : `It cannot be shown: ${String(error)}.`);
        return status === 401 || status === 403 ? Infinity : kSlow_ms;
    }
}
