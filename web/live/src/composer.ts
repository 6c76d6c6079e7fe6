// Two operators side by side on one prompt.
import { announce, button, el, foreign } from "../../common/dom";
import { kNone, seconds, whole } from "../../common/format";
import type { Api } from "./api";
import { readStream, type Usage } from "./chat_stream";
import { FoldedText, GrowingText } from "./growing_text";
import { kQuestion } from "./hint";
import { Figures, kHelp } from "./run_parts";
import { Badge } from "./states";

const kTick_ms = 100;
const kOther = "\u0000other";
const kMostListed = 500;

// One of the gateway's models, or a name of one's own.
class ModelChoice {
    readonly node: HTMLElement;
    readonly #select: HTMLSelectElement;
    readonly #own: HTMLInputElement;
    #touched = false;

    constructor(label: string, fallback: string) {
        this.#select = el("select", { "aria-label": label, change: () => this.#chosen() });
        this.#own = el("input", { "aria-label": `${label}: a name of your own`, placeholder: "pdr:8,4@model", value: fallback, maxlength: 200, spellcheck: "false", autocomplete: "off" });
        this.node = el("div", { class: "choice" }, this.#select, this.#own);
        this.list([], fallback);
    }

    get value(): string {
        return (this.#select.value === kOther ? this.#own.value : this.#select.value).trim();
    }

    // What was chosen stays chosen.
    list(models: readonly string[], preferred: string): void {
        const before = this.#touched ? this.#select.value : "";
        const options = models.slice(0, kMostListed).map((name) => el("option", { value: name }, name));
        this.#select.replaceChildren(...options, el("option", { value: kOther }, "another name …"));
        this.#select.value = [before, preferred].find((name) => name === kOther || models.includes(name)) ?? kOther;
        this.#own.hidden = this.#select.value !== kOther;
    }

    #chosen(): void {
        this.#touched = true;
        this.#own.hidden = this.#select.value !== kOther;
        if (!this.#own.hidden) this.#own.focus();
    }
}

class Pane {
    readonly node: HTMLElement;
    readonly choice: ModelChoice;
    readonly #api: Api;
    readonly #badge = new Badge("waiting");
    readonly #stop: HTMLButtonElement;
    readonly #figures = new Figures();
    readonly #result: HTMLElement;
    #reasoning = new FoldedText("reasoning", "Reasoning");
    #answer = new GrowingText("Answer");
    readonly #error = el("p", { class: "error" });
    readonly #none = el("p", { class: "soft" }, "It ended without an answer.");
    #abort: AbortController | null = null;
    #begun = 0;

    constructor(api: Api, side: string, fallback: string) {
        this.#api = api;
        this.choice = new ModelChoice(`${side} operator`, fallback);
        this.#stop = button("Stop", () => this.#abort?.abort(), { "aria-label": `Stop the ${side.toLowerCase()} one`, disabled: true });
        this.#badge.show("waiting", "ready");
        this.#result = el("div", { class: "pane-result", "aria-label": `${side} answer`, role: "group" });
        this.#clear();
        const bar = el("div", { class: "pane-bar" }, this.choice.node, this.#badge.node, this.#stop);
        this.node = el("div", { class: "pane" }, bar, this.#figures.node, this.#result);
        this.#showFigures(null);
    }

    async ask(prompt: string): Promise<void> {
        this.#abort?.abort();
        const abort = (this.#abort = new AbortController());
        this.#begin();
        const clock = setInterval(() => this.#showTime(), kTick_ms);
        try {
            await this.#stream(prompt, abort.signal);
            if (this.#abort !== abort) return;
            this.#end("done");
            this.#none.hidden = this.#answer.length > 0;
        } catch (error) {
            if (this.#abort === abort) this.#failed(error, abort.signal.aborted);
        } finally {
            clearInterval(clock);
        }
    }

    async #stream(prompt: string, signal: AbortSignal): Promise<void> {
        const [reasoning, answer] = [this.#reasoning, this.#answer];
        const body = {
            model: this.choice.value,
            messages: [{ role: "user", content: prompt }],
            stream: true,
            stream_options: { include_usage: true },
        };
        const reply = await this.#api.post("v1/chat/completions", body, { "X-Retort-Progress": "full" }, signal);
        await readStream(reply, {
            reasoning: (text) => reasoning.add(text),
            content: (text) => answer.add(text),
            usage: (usage) => this.#showFigures(usage),
        });
    }

    #clear(): void {
        this.#reasoning = new FoldedText("reasoning", "Reasoning");
        this.#answer = new GrowingText("Answer");
        this.#error.hidden = true;
        this.#none.hidden = true;
        this.#result.replaceChildren(this.#error, this.#reasoning.node, this.#answer.node, this.#none);
    }

    #begin(): void {
        this.#clear();
        this.#begun = performance.now();
        this.#showFigures(null);
        this.#badge.show("running");
        this.#stop.disabled = false;
        this.#result.classList.add("asked");
    }

    #end(how: string): void {
        this.#abort = null;
        this.#badge.show(how);
        this.#showTime();
        const here = document.activeElement === this.#stop;
        this.#stop.disabled = true;
        if (here) this.#result.closest<HTMLElement>("section")?.querySelector("textarea")?.focus();
    }

    #failed(error: unknown, stopped: boolean): void {
        this.#end(stopped ? "stopped" : "failed");
        if (stopped) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#error.replaceChildren(foreign(message.slice(0, 4000)));
        this.#error.hidden = false;
    }

    #showTime(): void {
        this.#figures.show([{ name: "time", value: this.#begun > 0 ? seconds((performance.now() - this.#begun) / 1000) : kNone }]);
    }

    #showFigures(usage: Usage | null): void {
        this.#figures.show([
            { name: "b_seq", value: whole(usage?.b_seq ?? null), help: kHelp.b_seq },
            { name: "b_total", value: whole(usage?.b_total ?? null), help: kHelp.b_total },
            { name: "calls", value: whole(usage?.calls ?? null) },
        ]);
        this.#showTime();
    }
}

// A plain chain of thought on the left, parallel drafts on the right, where there are such.
export function preferred(models: readonly string[]): [string, string] {
    const find = (pattern: RegExp) => models.find((name) => pattern.test(name));
    return [find(/^(retort\/)?cot/) ?? models[0] ?? "", find(/^(retort\/)?pdr/) ?? models[1] ?? models[0] ?? ""];
}

export class Composer {
    readonly node: HTMLElement;
    readonly #left: Pane;
    readonly #right: Pane;
    readonly #prompt = el("textarea", { rows: 2, "aria-label": "Prompt", placeholder: `Ask both, as in: ${kQuestion}`, maxlength: 200_000 });
    readonly #ask: HTMLButtonElement;

    constructor(api: Api) {
        this.#left = new Pane(api, "Left", "cot");
        this.#right = new Pane(api, "Right", "pdr:4");
        this.#ask = button("Ask both", () => void this.#askBoth(), { class: "primary", title: "Ask both (Ctrl+Enter)" });
        this.#prompt.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.#askBoth();
        });
        this.node = el(
            "section",
            { class: "composer", "aria-labelledby": "composer-title" },
            el("h2", { id: "composer-title" }, "Side by side"),
            el("div", { class: "prompt" }, this.#prompt, this.#ask),
            el("div", { class: "panes" }, this.#left.node, this.#right.node),
        );
    }

    list(models: readonly string[]): void {
        const [left, right] = preferred(models);
        this.#left.choice.list(models, left);
        this.#right.choice.list(models, right);
    }

    async #askBoth(): Promise<void> {
        const prompt = this.#prompt.value.trim();
        if (!prompt) {
            this.#prompt.focus();
            return;
        }
        announce("Both are asked.");
        await Promise.all([this.#left.ask(prompt), this.#right.ask(prompt)]);
        announce("Both have ended.");
    }
}
