// States have a mark and a word beside their colour.
import { el } from "../../common/dom";

export interface Look {
    mark: string;
    word: string;
    name: string; // class
}

const kUnknown: Look = { mark: "?", word: "unknown", name: "quiet" };

const kLooks: Record<string, Look> = {
    up: { mark: "●", word: "up", name: "good" },
    probing: { mark: "◐", word: "probing", name: "quiet" },
    down: { mark: "✕", word: "down", name: "bad" },
    waiting: { mark: "○", word: "waiting", name: "quiet" },
    running: { mark: "▸", word: "running", name: "good" },
    done: { mark: "✓", word: "done", name: "good" },
    failed: { mark: "✕", word: "failed", name: "bad" },
    hung_up: { mark: "–", word: "hung up", name: "quiet" },
    stopped: { mark: "■", word: "stopped", name: "quiet" },
};

// Of who hung up the state's word says all there is to say.
export function reason({ status, error }: { status: string; error: string }): string {
    return status === "hung_up" ? "" : error;
}

export function look(state: string): Look {
    return Object.hasOwn(kLooks, state) ? kLooks[state]! : kUnknown;
}

// A badge whose state is set again and again.
export class Badge {
    readonly node = el("span", { class: "state" });
    readonly #mark = el("b", { "aria-hidden": "true" });
    readonly #word = el("span", {});
    #shown = "";

    constructor(state: string) {
        this.node.append(this.#mark, this.#word);
        this.show(state);
    }

    // `said`: a word that tells more than the state's own.
    show(state: string, said = ""): void {
        const { mark, word, name } = look(state);
        const now = `${state} ${said}`;
        if (now === this.#shown) return;
        this.#shown = now;
        this.node.className = `state ${name}`;
        this.#mark.textContent = mark;
        this.#word.textContent = said || word;
    }
}
