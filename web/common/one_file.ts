// What the build of a page needs beyond Vite: one file out of its script, style and page.
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Item = { type: "chunk"; code: string } | { type: "asset"; source: string | Uint8Array };

// As Vite hands it over: what it built, by name of the file.
export type Bundle = Record<string, Item>;

export interface Parts {
    html: string;
    script: string;
    style: string;
    licences: string;
}

// Inside a script element these would change where it ends.
export function insideScript(code: string): string {
    const safe = code.replace(/<(?=\/script|script|!--)/gi, "\\x3C");
    if (/<\/script|<!--/i.test(safe)) throw new Error("the script cannot be put into a page");
    return safe;
}

function asText(source: string | Uint8Array): string {
    return typeof source === "string" ? source : Buffer.from(source).toString("utf8");
}

export function once(text: string, pattern: RegExp, replacement: string): string {
    if (!pattern.test(text)) throw new Error(`the built page has no ${pattern}`);
    return text.replace(pattern, () => replacement);
}

// For a policy: what is allowed to run or to style.
export function hashSource(text: string): string {
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function partsOf(bundle: Bundle): Parts {
    const parts = { html: "", script: "", style: "", licences: "" };
    for (const [name, item] of Object.entries(bundle)) {
        if (item.type === "chunk") parts.script += item.code;
        else if (name.endsWith(".css")) parts.style += asText(item.source);
        else if (name.endsWith(".html")) parts.html = asText(item.source);
        else if (name.endsWith(".md")) parts.licences = asText(item.source);
        else throw new Error(`the page must be one file, but the build made ${name}`);
    }
    return parts;
}

// The page without what it would fetch.
export function withoutLinks(html: string): string {
    return once(html.replace(/\s*<link rel="stylesheet"[^>]*>/, ""), /\s*<script type="module"[^>]*><\/script>/, "");
}

// In place of all that was built: one file of this name.
export function writeOneFile(folder: string, bundle: Bundle, name: string, joined: (parts: Parts) => string): void {
    for (const built of Object.keys(bundle)) rmSync(join(folder, built));
    rmSync(join(folder, "assets"), { recursive: true, force: true });
    writeFileSync(join(folder, name), joined(partsOf(bundle)));
}
