// The model servers, as chips. What troubles one is read on its chip: in full where it is down, else by pointer or focus.
import { freshId, el, foreign } from "../../common/dom";
import { count, short } from "../../common/format";
import type { UpstreamState } from "./contract";
import { Badge } from "./states";

class Chip {
    readonly node: HTMLElement;
    readonly #badge = new Badge("probing");
    readonly #facts = el("span", { class: "soft" });
    readonly #trouble = el("bdi", { class: "trouble", dir: "auto", id: freshId("trouble") });

    constructor(name: string) {
        const parts = { class: "upstream", role: "listitem", "aria-describedby": this.#trouble.id };
        this.node = el("div", parts, this.#badge.node, foreign(name, "upstream-name"), this.#facts, this.#trouble);
    }

    show(one: UpstreamState): void {
        this.#badge.show(one.state);
        this.#facts.textContent = [
            one.in_flight > 0 ? `${one.in_flight} in flight` : "",
            one.failures > 0 ? count(one.failures, "failure") : "",
            one.weight !== 1 ? `weight ${short(one.weight)}` : "",
        ].filter(Boolean).join(" · ");
        const trouble = one.trouble.slice(0, 2000);
        if (this.#trouble.textContent !== trouble) this.#trouble.textContent = trouble;
        this.#trouble.hidden = trouble === "";
        this.node.classList.toggle("is-down", one.state === "down");
        if (trouble && one.state !== "down") this.node.tabIndex = 0;
        else this.node.removeAttribute("tabindex");
    }
}

export class Upstreams {
    readonly node = el("section", { class: "upstreams", role: "list", "aria-label": "Model servers" });
    readonly #chips = new Map<string, Chip>();

    show(upstreams: readonly UpstreamState[]): void {
        const names = upstreams.map((one) => one.name);
        if (names.join("\n") !== [...this.#chips.keys()].join("\n")) this.#rename(names);
        for (const one of upstreams) this.#chips.get(one.name)?.show(one);
        this.node.hidden = upstreams.length === 0;
    }

    #rename(names: readonly string[]): void {
        this.#chips.clear();
        for (const name of names) this.#chips.set(name, new Chip(name));
        this.node.replaceChildren(...[...this.#chips.values()].map((chip) => chip.node));
    }
}
