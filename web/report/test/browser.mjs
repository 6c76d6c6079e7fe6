// What the browser tests share: reports from made-up data in a temporary folder, opened as files in Debian's Chromium.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";
import { runnerImport } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const template = readFileSync(join(root, "dist/report.html"), "utf8");
const chromiumPath = process.env.RETORT_CHROMIUM ?? "/usr/bin/chromium";

export const pictures = process.env.RETORT_PICTURES ?? null; // a folder; none: no pictures are kept
const kWait_ms = 15_000;
export const kSizes = { wide: { width: 1366, height: 768 }, narrow: { width: 360, height: 740 } };

export async function load(path) {
    const { module } = await runnerImport(join(root, path), { root, configFile: false, logLevel: "error" });
    return module;
}

const { fakes } = await load("dev/fake.ts");
const { fill } = await load("dev/fill.ts");

export function makeReport(name) {
    return fakes[name]();
}

export class Reports {
    #folder = mkdtempSync(join(tmpdir(), "retort-report-"));
    #made = new Map();

    // Path of a report over the data of that name.
    path(name) {
        const there = this.#made.get(name);
        if (there) return there;
        const made = this.write(name, makeReport(name));
        this.#made.set(name, made);
        return made;
    }

    write(name, report) {
        const { page, files } = fill(template, report);
        const folder = join(this.#folder, name);
        mkdirSync(folder, { recursive: true });
        for (const [path, text] of files) {
            mkdirSync(dirname(join(folder, path)), { recursive: true });
            writeFileSync(join(folder, path), text);
        }
        const path = join(folder, "report.html");
        writeFileSync(path, page);
        return path;
    }

    remove() {
        rmSync(this.#folder, { recursive: true, force: true });
    }
}

export function launch() {
    return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

// A page with what it complained about; nothing may be asked of a network.
export async function openReport(browser, path, { size = "wide", colorScheme = "light", hash = "" } = {}) {
    const context = await browser.newContext({ viewport: kSizes[size], colorScheme, acceptDownloads: true });
    context.setDefaultTimeout(kWait_ms);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(path).href + hash);
    return { page, complaints, close: () => context.close() };
}

export async function picture(page, name, options = {}) {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
}

export async function download(page, click) {
    const [file] = await Promise.all([page.waitForEvent("download"), click()]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}
