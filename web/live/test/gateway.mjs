// The real program for the browser tests, clients that keep it busy, and a model server that means harm.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";

import { openPage, root } from "./browser.mjs";

const program = resolve(process.env.RETORT_PROGRAM ?? join(root, "../../build/bin/retort"));
// A built page to look at in place of the one in the program.
const page = process.env.RETORT_LIVE_PAGE ? readFileSync(process.env.RETORT_LIVE_PAGE, "utf8") : null;
const kStart_ms = 30_000;
export const kQuestion = "Use 2, 9, 9, 14 to make 10"; // of the kind that the default model knows

export const wait = (ms) => new Promise((go) => setTimeout(go, ms));

export async function until(is, what, within_ms = 15_000) {
    for (const end = Date.now() + within_ms; !(await is()); await wait(50)) {
        if (Date.now() > end) throw new Error(`not within ${within_ms} ms: ${what}`);
    }
}

// `retort serve`, at a port of its own that it keeps when it is started again.
export class Gateway {
    #options;
    #process = null;
    #port = 0;
    said = ""; // on stderr

    constructor(...options) {
        this.#options = options;
    }

    get address() {
        return `http://127.0.0.1:${this.#port}/`;
    }

    async start() {
        if (!existsSync(program)) throw new Error(`there is no program ${program}: build Retort, or name it by RETORT_PROGRAM`);
        this.said = "";
        const one = spawn(program, ["serve", "--listen", `127.0.0.1:${this.#port}`, ...this.#options], { stdio: ["ignore", "ignore", "pipe"] });
        this.#process = one;
        process.setMaxListeners(100).once("exit", () => one.kill("SIGKILL")); // however the tests end
        one.stderr.on("data", (text) => (this.said += text));
        const serving = () => /serving http:\/\/127\.0\.0\.1:(\d+)\/v1/.exec(this.said);
        await until(() => serving() || one.exitCode !== null, "the program serves", kStart_ms);
        if (!serving()) throw new Error(`retort serve ended with ${one.exitCode}: ${this.said}`);
        this.#port = Number(serving()[1]);
        return this;
    }

    signal(name) {
        this.#process.kill(name);
    }

    // Its exit status.
    async ended(within_ms = 15_000) {
        await until(() => this.#process.exitCode !== null || this.#process.signalCode !== null, "the program ends", within_ms);
        return this.#process.exitCode;
    }

    async stop() {
        if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
        this.#process.kill("SIGKILL");
        await this.ended();
    }

    async get(path) {
        return (await fetch(this.address + path)).json();
    }
}

// A streamed request as clients make them: its pieces are read as they come.
export async function ask(gateway, model, { question = kQuestion, signal } = {}) {
    const out = { id: "", content: "", reasoning: "", usage: null, pieces: 0, whole: false };
    const body = { model, stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: question }] };
    const reply = await fetch(`${gateway.address}v1/chat/completions`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal,
    });
    if (!reply.ok) throw new Error(`status ${reply.status}: ${await reply.text()}`);
    let rest = "";
    for await (const piece of reply.body.pipeThrough(new TextDecoderStream())) {
        out.pieces += 1;
        const lines = (rest + piece).split("\n");
        rest = lines.pop();
        for (const line of lines.filter((text) => text.startsWith("data: "))) take(out, line.slice(6));
    }
    return out;
}

function take(out, data) {
    if (data === "[DONE]") {
        out.whole = true;
        return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Error(chunk.error.message);
    out.id = chunk.id.replace(/^chatcmpl-/, "");
    out.content += chunk.choices[0]?.delta?.content ?? "";
    out.reasoning += chunk.choices[0]?.delta?.reasoning_content ?? "";
    out.usage = chunk.usage?.retort ?? out.usage;
}

// As many requests under way as there are models, until it is told to end: each that is answered is asked again.
export class Load {
    #over = false;
    #hangUp = new AbortController();
    #all;
    answered = 0;

    constructor(gateway, models, options = {}) {
        this.#all = Promise.all(models.map((model) => this.#again(gateway, model, options)));
        this.#all.catch(() => {}); // told by end()
    }

    async #again(gateway, model, options) {
        while (!this.#over) {
            const reply = await ask(gateway, model, { ...options, signal: this.#hangUp.signal });
            if (!reply.whole || !reply.reasoning) throw new Error(`${model} was not answered: ${JSON.stringify(reply)}`);
            this.answered += 1;
        }
    }

    // Those under way are waited for.
    async end() {
        this.#over = true;
        await this.#all;
    }

    async hangUp() {
        this.#over = true;
        this.#hangUp.abort();
        await this.#all.catch((error) => {
            if (error.name !== "AbortError") throw error;
        });
    }
}

// 32 requests that can be told apart: pdr:12,4 to pdr:43,4.
export const kFleet = Array.from({ length: 32 }, (_, at) => `pdr:${12 + at},4`);

export const kHarm = [
    "<img src=x onerror=\"window.hacked = 1\">",
    "</script><script>window.hacked = 2</script>",
    "<svg/onload=window.hacked=3><a href=\"javascript:window.hacked=4\">press</a><style>*{display:none}</style>",
    "\u202eright to left \"'`${window.hacked = 5}",
].join(" ");

// A model server that answers nothing but harm. Of the model "broken": an error.
export class HarmfulServer {
    #server = null;
    #port = 0;

    async start() {
        this.#server = createServer((request, reply) => void this.#answer(request, reply));
        await new Promise((go) => this.#server.listen(this.#port, "127.0.0.1", go));
        this.#port = this.#server.address().port;
        return this;
    }

    get url() {
        return `http://127.0.0.1:${this.#port}/v1`;
    }

    async stop() {
        this.#server.closeAllConnections();
        await new Promise((go) => this.#server.close(go));
    }

    async #answer(request, reply) {
        let text = "";
        for await (const piece of request) text += piece;
        if (request.method === "GET") {
            this.#send(reply, 200, { object: "list", data: ["plain", "broken", kHarm].map((id) => ({ id, object: "model", owned_by: kHarm })) });
            return;
        }
        const { model, stream } = JSON.parse(text);
        if (model === "broken") {
            this.#send(reply, 400, { error: { message: `broken ${kHarm}`, type: "invalid_request_error" } });
            return;
        }
        const usage = { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 };
        const said = { reasoning_content: `a thought ${kHarm}`, content: `an answer ${kHarm}` };
        const head = { id: `1${kHarm}`, created: 1, model: `plain ${kHarm}` };
        if (!stream) {
            this.#send(reply, 200, { ...head, object: "chat.completion", choices: [{ index: 0, message: { role: "assistant", ...said }, finish_reason: "stop" }], usage });
            return;
        }
        reply.writeHead(200, { "Content-Type": "text/event-stream" });
        for (const delta of [{ role: "assistant" }, { reasoning_content: said.reasoning_content }, { content: said.content }, {}]) {
            const end = Object.keys(delta).length === 0;
            const chunk = { ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: end ? "stop" : null }], usage: end ? usage : null };
            reply.write(`data: ${JSON.stringify(chunk)}\n\n`);
            await wait(150);
        }
        reply.end("data: [DONE]\n\n");
    }

    #send(reply, status, body) {
        reply.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    }
}

// The live page of a gateway. With RETORT_LIVE_PAGE that page stands in the place of the program's, under the program's own headers.
export function openLive(browser, gateway, options = {}) {
    return openPage(browser, gateway.address, { ...options, prepare: page && instead });
}

async function instead(opened) {
    await opened.route(/^[^#?]*:\d+\/$/, async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers() };
        delete headers["content-length"];
        await route.fulfill({ response, headers, body: page });
    });
}
