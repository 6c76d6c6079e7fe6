// Rows of one height of which only those in sight are in the document. One row takes part in the tab order; arrows move,
// Enter opens.
import { el } from "../../common/dom";

const kAhead = 6; // rows beyond the edge
const kNearEnd = 40; // rows left when more is asked for

export interface ListParts<Item> {
    label: string;
    head: HTMLElement;
    key: (item: Item) => string;
    row: (item: Item) => HTMLElement; // role and focus are set here
    open: (item: Item) => void;
    nearEnd: () => void;
    atTop: () => void; // scrolled there
}

export class VirtualList<Item> {
    readonly node: HTMLElement;
    readonly #parts: ListParts<Item>;
    readonly #body = el("div", { class: "list-body", role: "rowgroup" });
    readonly #rows = new Map<string, HTMLElement>();
    #items: readonly Item[] = [];
    #active = 0;
    #rowHeight = 34;

    constructor(parts: ListParts<Item>) {
        this.#parts = parts;
        parts.head.setAttribute("role", "row");
        const how = { class: "list", role: "grid", "aria-label": parts.label };
        this.node = el("div", how, el("div", { class: "list-head", role: "rowgroup" }, parts.head), this.#body);
        this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
        this.node.addEventListener("keydown", (event) => this.#key(event));
        this.node.addEventListener("click", (event) => this.#click(event));
        new ResizeObserver(() => this.#measure()).observe(this.node);
    }

    get isAtTop(): boolean {
        return this.node.scrollTop <= 0;
    }

    // The row in the tab order stays the same item, where it is still there.
    show(items: readonly Item[]): void {
        const active = this.#items[this.#active];
        this.#items = items;
        const again = active === undefined ? -1 : items.findIndex((one) => this.#parts.key(one) === this.#parts.key(active));
        this.#active = Math.max(0, again);
        this.#body.style.height = `${items.length * this.#rowHeight}px`;
        this.node.setAttribute("aria-rowcount", String(items.length + 1));
        this.#draw();
    }

    toTop(): void {
        this.node.scrollTop = 0;
        this.#active = 0;
        this.#draw();
    }

    focus(key: string): void {
        const at = this.#items.findIndex((one) => this.#parts.key(one) === key);
        if (at >= 0) this.#moveTo(at);
    }

    #measure(): void {
        const height = parseFloat(getComputedStyle(this.node).getPropertyValue("--row-height")) || this.#rowHeight;
        if (height !== this.#rowHeight) {
            this.#rowHeight = height;
            this.#clear();
            this.#body.style.height = `${this.#items.length * height}px`;
        }
        this.#draw();
    }

    #clear(): void {
        this.#rows.clear();
        this.#body.replaceChildren();
    }

    #scrolled(): void {
        this.#draw();
        const { scrollTop, scrollHeight, clientHeight } = this.node;
        if (scrollHeight - scrollTop - clientHeight < kNearEnd * this.#rowHeight) this.#parts.nearEnd();
        if (this.isAtTop) this.#parts.atTop();
    }

    #wanted(): Map<string, number> {
        const { scrollTop, clientHeight } = this.node;
        const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - kAhead);
        const end = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / this.#rowHeight) + kAhead);
        const places = [];
        for (let at = first; at < end; at += 1) places.push(at);
        if (this.#active < this.#items.length && (this.#active < first || this.#active >= end)) places.push(this.#active);
        places.sort((a, b) => a - b);
        return new Map(places.map((at) => [this.#parts.key(this.#items[at]!), at]));
    }

    #draw(): void {
        const wanted = this.#wanted();
        for (const [key, node] of this.#rows) {
            if (wanted.has(key)) continue;
            node.remove();
            this.#rows.delete(key);
        }
        // In order, for those who read the document rather than see it.
        let before: Element | null = null;
        for (const [key, at] of wanted) {
            const node: HTMLElement = this.#rows.get(key) ?? this.#make(key, this.#items[at]!);
            this.#put(node, at);
            const next: Element | null = before ? before.nextElementSibling : this.#body.firstElementChild;
            if (next !== node) this.#body.insertBefore(node, next);
            before = node;
        }
    }

    #make(key: string, item: Item): HTMLElement {
        const node = this.#parts.row(item);
        node.setAttribute("role", "row");
        this.#rows.set(key, node);
        return node;
    }

    #put(node: HTMLElement, at: number): void {
        node.style.top = `${at * this.#rowHeight}px`;
        node.dataset["at"] = String(at);
        node.setAttribute("aria-rowindex", String(at + 2));
        node.tabIndex = at === this.#active ? 0 : -1;
    }

    #at(event: Event): number | null {
        const node = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
        return node ? Number(node.dataset["at"]) : null;
    }

    #click(event: Event): void {
        const at = this.#at(event);
        if (at === null) return;
        this.#moveTo(at);
        this.#parts.open(this.#items[at]!);
    }

    #key(event: KeyboardEvent): void {
        const at = this.#at(event);
        if (at === null || event.altKey || event.metaKey || event.ctrlKey) return;
        if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            this.#parts.open(this.#items[at]!);
            return;
        }
        const page = Math.max(1, Math.floor(this.node.clientHeight / this.#rowHeight) - 2);
        const by: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
        const step = by[event.key];
        if (step === undefined) return;
        event.preventDefault();
        this.#moveTo(Math.min(this.#items.length - 1, Math.max(0, at + step)));
    }

    #moveTo(at: number): void {
        this.#active = at;
        const top = at * this.#rowHeight;
        const shown = this.node.clientHeight - this.#rowHeight - (this.#body.offsetTop || 0);
        if (top < this.node.scrollTop) this.node.scrollTop = top;
        else if (top > this.node.scrollTop + shown) this.node.scrollTop = top - shown;
        this.#draw();
        this.#rows.get(this.#parts.key(this.#items[at]!))?.focus({ preventScroll: true });
    }
}
