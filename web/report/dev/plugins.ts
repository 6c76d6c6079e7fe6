// What the build needs beyond Vite: one file out of the page, and a filled page while working on it.
import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin, Rolldown } from "vite";

import { fakes } from "./fake.ts";
import { fill } from "./fill.ts";

const kPolicyMark = "retort-policy";

// Scripts: the page's own, by its hash, and details that lie beside the report. Styles: inline, since the plots bring
// theirs. Nothing else, and no connection anywhere.
function policy(scriptSource: string): string {
    return [
        "default-src 'none'",
        `script-src ${scriptSource}`,
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ].join("; ");
}

// Inside a script element these would change where it ends.
function insideScript(code: string): string {
    const safe = code.replace(/<(?=\/script|script|!--)/gi, "\\x3C");
    if (/<\/script|<!--/i.test(safe)) throw new Error("the script cannot be put into a page");
    return safe;
}

function asText(source: string | Uint8Array): string {
    return typeof source === "string" ? source : Buffer.from(source).toString("utf8");
}

function once(text: string, pattern: RegExp, replacement: string): string {
    if (!pattern.test(text)) throw new Error(`the built page has no ${pattern}`);
    return text.replace(pattern, () => replacement);
}

interface Parts {
    html: string;
    script: string;
    style: string;
    licences: string;
}

function partsOf(bundle: Rolldown.OutputBundle): Parts {
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

// The script runs where it stands, after the data and before the details, so that the page is there before a long file
// is read to its end.
function joined(parts: Parts): string {
    const script = insideScript(parts.script.trim());
    const hash = createHash("sha256").update(script).digest("base64");
    const scripts =
        `<script>${script}</script>\n` +
        `<script type="text/plain" id="licences">\n${insideScript(parts.licences.trim())}\n</script>\n`;
    let page = parts.html.replace(/\s*<link rel="stylesheet"[^>]*>/, "");
    page = once(page, /\s*<script type="module"[^>]*><\/script>/, "");
    page = once(page, new RegExp(kPolicyMark), policy(`'sha256-${hash}' 'self' file:`));
    page = once(page, /<\/head>/, `<style>${parts.style.trim()}</style>\n</head>`);
    return once(page, /<!--retort-details-->/, `${scripts}<!--retort-details-->`);
}

// Script, style and licences go into the page, whose name becomes report.html; it is all that stays.
export function oneFile(): Plugin {
    return {
        name: "retort-one-file",
        apply: "build",
        writeBundle(options, bundle) {
            const folder = options.dir ?? "dist";
            for (const name of Object.keys(bundle)) rmSync(join(folder, name));
            rmSync(join(folder, "assets"), { recursive: true, force: true });
            writeFileSync(join(folder, "report.html"), joined(partsOf(bundle)));
        },
    };
}

// `npm run dev`: the page over made-up data, chosen by RETORT_FAKE (see fake.ts).
export function filledWithFakes(): Plugin {
    return {
        name: "retort-filled-with-fakes",
        apply: "serve",
        transformIndexHtml: {
            order: "post",
            handler(page) {
                const name = process.env["RETORT_FAKE"] ?? "small";
                const make = fakes[name];
                if (!make) throw new Error(`RETORT_FAKE is "${name}"; known are: ${Object.keys(fakes).join(", ")}`);
                const live = policy("'self' 'unsafe-inline'").replace("default-src 'none'", "default-src 'self' ws:");
                return fill(page.replace(kPolicyMark, live), make()).page;
            },
        },
    };
}
