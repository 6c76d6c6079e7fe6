// What to do where there is nothing to see yet.
import { button, el } from "../../common/dom";

const kExample = "pdr:4";
export const kQuestion = "Use 2, 9, 9, 14 to make 10"; // any model can be asked it, the default one too

// The command is for a shell: a name that would mean something there is not put into it.
export function command(address: string, keys: boolean, model: string): string {
    const name = /^[\w.:,@/=+-]{1,80}$/.test(model) ? model : kExample;
    const body = JSON.stringify({ model: name, messages: [{ role: "user", content: kQuestion }] });
    return [
        `curl ${address}v1/chat/completions`,
        ...(keys ? ['-H "Authorization: Bearer $RETORT_KEY"'] : []),
        "-H 'Content-Type: application/json'",
        `-d '${body}'`,
    ].join(" \\\n    ");
}

// Where this page came from, with the prefix that the gateway may stand behind.
function base(): string {
    const folder = location.pathname.replace(/[^/]*$/, "");
    return location.origin + (/^[\w./-]*$/.test(folder) ? folder : "/");
}

export function emptyHint(keys: boolean, model: string): HTMLElement {
    const text = command(base(), keys, model);
    const copy: HTMLButtonElement = button("Copy", () => {
        void navigator.clipboard?.writeText(text).then(() => (copy.textContent = "Copied"));
    });
    return el(
        "div",
        { class: "hint" },
        el("p", { class: "hint-head" }, el("span", {}, "No request yet. Ask below, or from a terminal:"), "clipboard" in navigator ? copy : null),
        el("pre", { class: "text", tabindex: 0, role: "region", "aria-label": "A command to try" }, text),
    );
}
