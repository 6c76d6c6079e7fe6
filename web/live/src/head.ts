// The top line, and the word when the gateway does not answer.
import { announce, button, el, foreign } from "../../common/dom";
import { themeSwitch } from "../../common/theme_switch";
import type { Trouble } from "./live";

export class Head {
    readonly node: HTMLElement;
    readonly trouble = el("div", { class: "trouble-bar", hidden: true });
    readonly #link = el("span", { class: "state quiet" }, "connecting …");
    readonly #forget: HTMLButtonElement;

    constructor(forgetKey: () => void) {
        this.#forget = button("Forget the key", forgetKey);
        this.#forget.hidden = true;
        const tools = el("div", { class: "head-tools" }, this.#link, this.#forget, themeSwitch());
        this.node = el("header", { class: "titled" }, el("h1", {}, "Retort gateway"), tools);
    }

    showKey(there: boolean): void {
        this.#forget.hidden = !there;
    }

    waitForKey(): void {
        this.#say("○", "waiting for a key", "quiet");
        this.trouble.hidden = true;
    }

    // `shown`: something is there that is not of now.
    showTrouble(trouble: Trouble | null, shown: boolean): void {
        const was = !this.trouble.hidden;
        this.trouble.hidden = trouble === null;
        if (trouble === null) {
            this.#say("●", "live", "good");
            if (was) announce("The gateway answers again.");
            return;
        }
        this.#say("✕", "no answer", "bad");
        const since = new Date(trouble.since_ms).toLocaleTimeString("en-GB");
        this.trouble.replaceChildren(
            el("b", { "aria-hidden": "true" }, "! "), foreign(capital(trouble.message)),
            shown ? `. What is shown is from ${since}; it is tried again every few seconds.` : ". It is tried again every few seconds.",
        );
        if (!was) announce("The gateway does not answer. It is tried again.");
    }

    #say(mark: string, word: string, name: string): void {
        this.#link.className = `state ${name}`;
        this.#link.replaceChildren(el("b", { "aria-hidden": "true" }, mark), word);
    }
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
