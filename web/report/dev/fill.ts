// Fills the template as the program does (src/data.ts says how), for tests and for work on the page.
import { gzipSync } from "node:zlib";

import type { ReportData, SampleDetail } from "../src/data.ts";
import type { TrainingData } from "../src/training_data.ts";

export interface Report {
    data: ReportData | TrainingData;
    samples: SampleDetail[]; // in the order of their number in Grid.detail; none of training runs
}

export interface Filled {
    page: string;
    files: Map<string, string>; // beside the page, by relative path
}

function dataElement(data: Report["data"]): string {
    const json = JSON.stringify(data).replaceAll("<", "\\u003c");
    return `<script type="application/json" id="retort-data">${json}</script>`;
}

function chunks(samples: readonly SampleDetail[], size: number): string[] {
    const out: string[] = [];
    for (let at = 0; at < samples.length; at += size) {
        out.push(gzipSync(JSON.stringify(samples.slice(at, at + size))).toString("base64"));
    }
    return out;
}

export function fill(template: string, report: Report): Filled {
    const files = new Map<string, string>();
    let embedded = "";
    const details = "kind" in report.data ? null : report.data.details;
    for (const [n, chunk] of chunks(report.samples, details?.chunk_size ?? 1).entries()) {
        if (details?.at === "beside") {
            files.set(`${details.folder}/${n}.js`, `window.retortDetails(${n}, "${chunk}");\n`);
        } else {
            embedded += `<script type="application/octet-stream+base64" id="details-${n}">${chunk}</script>\n`;
        }
    }
    const page = template
        .replace("<!--retort-data-->", () => dataElement(report.data))
        .replace("<!--retort-details-->", () => embedded);
    return { page, files };
}
