// What the build needs beyond Vite: one file out of the page, and a made-up gateway while working on it.
import type { Plugin } from "vite";

import { hashSource, insideScript, once, withoutLinks, writeOneFile, type Parts } from "../../common/one_file.ts";
import { FakeGateway, kModes, type Mode } from "./fake_gateway.ts";

const kPolicyMark = "retort-policy";

// The page's own script and style, by hash; connections to the gateway that served it, and nothing else. No text can become
// markup: there is nothing that would take it (trusted types).
function policy(script: string, style: string): string {
    return [
        "default-src 'none'",
        `script-src ${script}`,
        `style-src ${style}`,
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].join("; ");
}

function joined(parts: Parts): string {
    const script = insideScript(parts.script.trim());
    const style = parts.style.trim();
    let page = once(withoutLinks(parts.html), new RegExp(kPolicyMark), policy(hashSource(script), hashSource(style)));
    page = once(page, /<\/head>/, `<style>${style}</style>\n</head>`);
    return once(page, /<\/body>/, `<script>${script}</script>\n</body>`);
}

export function oneFile(): Plugin {
    return {
        name: "retort-one-file",
        apply: "build",
        writeBundle(options, bundle) {
            writeOneFile(options.dir ?? "dist", bundle, "live.html", joined);
        },
    };
}

// `npm run dev`: the page over a made-up gateway, whose manner RETORT_FAKE says.
export function overFakes(): Plugin {
    return {
        name: "retort-over-fakes",
        apply: "serve",
        configureServer(server) {
            const mode = process.env["RETORT_FAKE"] ?? "busy";
            if (!kModes.includes(mode as Mode)) throw new Error(`RETORT_FAKE is "${mode}"; known are: ${kModes.join(", ")}`);
            const gateway = new FakeGateway(mode as Mode);
            server.middlewares.use((request, reply, next) => {
                if (!gateway.handle(request, reply)) next();
            });
        },
        transformIndexHtml: (page) => page.replace(kPolicyMark, "default-src 'self' data: ws:; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"),
    };
}
