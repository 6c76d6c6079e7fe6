// A text that grows while it is read: what is there stays in place, and who reads its end goes on reading it.
import { el } from "../../common/dom";

const kMost = 400_000; // characters; the rest is not kept here
const kNearEnd_px = 30;

export class GrowingText {
    readonly node: HTMLPreElement;
    readonly #text = document.createTextNode("");
    readonly #cut = el("span", { class: "soft" }, "\n… more than is shown here");

    constructor(label: string) {
        this.node = el("pre", { class: "text", dir: "auto", tabindex: 0, role: "region", "aria-label": label }, this.#text);
        this.node.hidden = true;
    }

    get length(): number {
        return this.#text.length;
    }

    // `follow`: whoever is at its end stays there.
    set(text: string, follow = true): void {
        const now = this.#text.data;
        const wanted = text.slice(0, kMost);
        if (wanted === now) return;
        if (now && wanted.startsWith(now)) this.#change(follow, () => this.#text.appendData(wanted.slice(now.length)));
        else this.#change(follow, () => (this.#text.data = wanted));
        this.#mark(text.length > kMost);
    }

    add(more: string): void {
        const room = kMost - this.#text.length;
        this.#change(true, () => this.#text.appendData(more.slice(0, room)));
        this.#mark(more.length > room);
    }

    #change(follow: boolean, change: () => void): void {
        const { scrollHeight, scrollTop, clientHeight } = this.node;
        const atEnd = follow && scrollHeight - scrollTop - clientHeight < kNearEnd_px;
        change();
        this.node.hidden = this.#text.length === 0;
        if (atEnd) this.node.scrollTop = this.node.scrollHeight;
    }

    #mark(cut: boolean): void {
        if (cut && !this.#cut.isConnected) this.node.append(this.#cut);
        else if (!cut && this.#text.length < kMost) this.#cut.remove();
    }
}

// Reasoning, folded; its length tells that it goes on.
export class FoldedText {
    readonly node: HTMLDetailsElement;
    readonly #body: GrowingText;
    readonly #size = el("span", { class: "soft" });

    constructor(title: string, label: string) {
        this.#body = new GrowingText(label);
        this.node = el("details", { class: "folded" }, el("summary", {}, `${title} `, this.#size), this.#body.node);
        this.node.hidden = true;
    }

    set(text: string, follow = true): void {
        this.#body.set(text, follow);
        this.#told();
    }

    add(more: string): void {
        this.#body.add(more);
        this.#told();
    }

    #told(): void {
        this.node.hidden = this.#body.length === 0;
        this.#size.textContent = `${this.#body.length.toLocaleString("en-GB")} characters`;
    }
}
