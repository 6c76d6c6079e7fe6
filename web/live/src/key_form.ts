// Asks for a key where the gateway wants one.
import { el } from "../../common/dom";

export class KeyForm {
    readonly node: HTMLFormElement;
    readonly #key = el("input", { type: "password", id: "key", autocomplete: "off", maxlength: 4000, required: true });
    readonly #wrong = el("p", { class: "error", role: "alert" });

    constructor(given: (key: string) => void) {
        const submit = (event: Event) => {
            event.preventDefault();
            const key = this.#key.value.trim();
            this.#key.value = "";
            if (key) given(key);
        };
        this.node = el(
            "form",
            { class: "key-form", submit, hidden: true },
            el("h2", {}, "A key, please"),
            el("p", { class: "soft" }, "This gateway answers to keys only. The key is kept until this tab is closed, and goes to this gateway alone."),
            el("label", { for: "key" }, "Key"),
            el("div", { class: "prompt" }, this.#key, el("button", { type: "submit", class: "primary" }, "Use it")),
            this.#wrong,
        );
    }

    ask(wrong: boolean): void {
        this.#wrong.textContent = wrong ? "The gateway does not know this key." : "";
        this.node.hidden = false;
        this.#key.focus();
    }

    hide(): void {
        this.node.hidden = true;
    }
}
