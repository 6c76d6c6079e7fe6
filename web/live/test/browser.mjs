// What the browser tests share: the built page, served over a made-up gateway and opened in Debian's Chromium.
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";
import { runnerImport } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..");
const chromiumPath = process.env.RETORT_CHROMIUM ?? "/usr/bin/chromium";
const pictures = process.env.RETORT_PICTURES ?? null; // a folder; none: no pictures are kept

const kWait_ms = 15_000;
export const kSizes = { wide: { width: 1280, height: 800 }, middle: { width: 800, height: 1000 }, narrow: { width: 360, height: 740 } };
export const built = readFileSync(join(root, "dist/live.html"), "utf8");

export async function load(path) {
    const { module } = await runnerImport(join(root, path), { root, configFile: false, logLevel: "error" });
    return module;
}

const { FakeGateway } = await load("dev/fake_gateway.ts");

// A server at a port of its own; `stop` and `start` let it die and come back.
export class Served {
    #server = null;
    #sockets = new Set();
    #port = 0;

    constructor(mode) {
        this.gateway = new FakeGateway(mode);
        this.asked = []; // requests, as they came
        this.answerInstead = null; // (request, reply) => whether it was answered
    }

    get address() {
        return `http://127.0.0.1:${this.#port}/`;
    }

    async start() {
        this.#server = createServer((request, reply) => this.#handle(request, reply));
        this.#server.on("connection", (socket) => {
            this.#sockets.add(socket);
            socket.on("close", () => this.#sockets.delete(socket));
        });
        await new Promise((go) => this.#server.listen(this.#port, "127.0.0.1", go));
        this.#port = this.#server.address().port;
        return this;
    }

    async stop() {
        for (const socket of this.#sockets) socket.destroy();
        await new Promise((go) => this.#server.close(go));
    }

    #handle(request, reply) {
        this.asked.push({ method: request.method, url: request.url, headers: request.headers });
        if (this.answerInstead?.(request, reply) || this.gateway.handle(request, reply)) return;
        if (request.url === "/") {
            reply.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
            reply.end(built);
            return;
        }
        reply.writeHead(404).end();
    }
}

export function launch() {
    return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

// A page with what it complained about; it may ask nobody but its own gateway.
export async function openPage(browser, address, { size = "wide", colorScheme = "light", reducedMotion = "no-preference", hash = "", prepare = null } = {}) {
    const context = await browser.newContext({ viewport: kSizes[size], colorScheme, reducedMotion });
    context.setDefaultTimeout(kWait_ms);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
        if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await prepare?.(page);
    await page.goto(address + hash);
    return { page, complaints, close: () => context.close() };
}

export async function picture(page, name, options = {}) {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
}
