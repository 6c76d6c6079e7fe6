// What the build needs beyond Vite: one file out of the page, and a filled page while working on it.
import type { Plugin } from "vite";

import { hashSource, insideScript, once, withoutLinks, writeOneFile, type Parts } from "../../common/one_file.ts";
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

// The script runs where it stands, after the data and before the details, so that the page is there before a long file
// is read to its end.
function joined(parts: Parts): string {
    const script = insideScript(parts.script.trim());
    const scripts =
        `<script>${script}</script>\n` +
        `<script type="text/plain" id="licences">\n${insideScript(parts.licences.trim())}\n</script>\n`;
    let page = once(withoutLinks(parts.html), new RegExp(kPolicyMark), policy(`${hashSource(script)} 'self' file:`));
    page = once(page, /<\/head>/, `<style>${parts.style.trim()}</style>\n</head>`);
    return once(page, /<!--retort-details-->/, `${scripts}<!--retort-details-->`);
}

// Script, style and licences go into the page, whose name becomes report.html; it is all that stays.
export function oneFile(): Plugin {
    return {
        name: "retort-one-file",
        apply: "build",
        writeBundle(options, bundle) {
            writeOneFile(options.dir ?? "dist", bundle, "report.html", joined);
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
