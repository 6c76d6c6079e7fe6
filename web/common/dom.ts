// Elements without markup: text goes in as text only, since much of it comes from models.

export type Child = Node | string | null | undefined | false | readonly Child[];

type Props = Record<string, string | number | boolean | null | undefined | EventListener>;

function set(node: Element, name: string, value: Props[string]): void {
    if (value === null || value === undefined || value === false) return;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
}

function append(node: Element, child: Child): void {
    if (child === null || child === undefined || child === false) return;
    if (typeof child === "string" || child instanceof Node) node.append(child);
    else for (const one of child) append(node, one);
}

// el("button", { type: "button", click: handler }, "text", otherElement)
export function el<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    props: Props = {},
    ...children: Child[]
): HTMLElementTagNameMap[Tag] {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) set(node, name, value);
    append(node, children);
    return node;
}

export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(props)) set(node, name, value);
    append(node, children);
    return node;
}

// Text of unknown origin: its direction is its own and does not leak.
export function foreign(text: string, className = ""): HTMLElement {
    return el("bdi", { dir: "auto", class: className || null }, text);
}

// The same for longer text, with its line breaks.
export function block(text: string, label: string): HTMLElement {
    return el("pre", { dir: "auto", tabindex: 0, class: "text", role: "region", "aria-label": label }, text);
}

export function button(label: Child, click: () => void, props: Props = {}): HTMLButtonElement {
    return el("button", { type: "button", ...props, click }, label);
}

let ids = 0;
export function freshId(prefix: string): string {
    ids += 1;
    return `${prefix}-${ids}`;
}

export interface SectionParts {
    id: string;
    title: string;
    lead?: string;
}

export function section(parts: SectionParts, ...children: Child[]): HTMLElement {
    const heading = `${parts.id}-title`;
    return el(
        "section",
        { id: parts.id, "aria-labelledby": heading },
        el("h2", { id: heading }, parts.title),
        parts.lead ? el("p", { class: "lead" }, parts.lead) : null,
        ...children,
    );
}

// Told to everyone, also to those who do not see the page.
let announcer: HTMLElement | null = null;
export function announce(text: string): void {
    if (!announcer) {
        announcer = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
        document.body.append(announcer);
    }
    announcer.textContent = text;
}
