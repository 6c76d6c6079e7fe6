// A gateway over made-up runs, for work on the page and for its tests: it speaks the contract of src/contract.ts.
import type { IncomingMessage, ServerResponse } from "node:http";

import { Random } from "../../common/random.ts";
import type { Finished, Point, State, UpstreamState } from "../src/contract.ts";
import { finished, inFlight, isOver, kHostile, makePlan, runAt, type Plan } from "./made_up.ts";

export const kModes = ["busy", "many", "keys", "hostile", "empty", "dying", "quiet"] as const;
export type Mode = (typeof kModes)[number];

export const kAdminKey = "sesame";
export const kGuestKey = "guest";

const kMany = 10_000;
const kMostAtOnce = 500;
const kKeptRuns = 300;
const kWidth = 7; // in flight, about
const kDeath_ms = 8000; // of every kCycle_ms
const kCycle_ms = 24_000;

interface Reply {
    status: number;
    body: unknown;
}

const notFound: Reply = { status: 404, body: { error: { message: "there is nothing here" } } };

export class FakeGateway {
    readonly #mode: Mode;
    readonly #started_ms = Date.now();
    readonly #random = new Random(7);
    readonly #flying: Plan[] = [];
    readonly #ended: { plan: Plan; summary: Finished }[] = []; // oldest first
    readonly #points = new Map<number, Point>();
    #made = 0;
    #next_ms = Date.now();
    #asked = 0; // of the composer, in flight

    constructor(mode: Mode) {
        this.#mode = mode;
        if (mode === "many") for (let age = kMany; age > 0; age -= 1) this.#past(age * 60);
        else if (mode !== "empty") for (let age_ms = 540_000; age_ms > 0; age_ms -= 500 + this.#random.below(5000)) this.#past(age_ms);
    }

    // False: this is not the gateway's.
    handle(request: IncomingMessage, reply: ServerResponse): boolean {
        const url = new URL(request.url ?? "/", "http://gateway");
        if (!/^\/(retort|v1)\//.test(url.pathname)) return false;
        if (this.#isDead()) {
            request.socket.destroy();
            return true;
        }
        this.#advance();
        if (!this.#known(request)) send(reply, { status: 401, body: { error: { message: "a key is needed" } } });
        else if (url.pathname === "/v1/chat/completions") void this.#chat(request, reply);
        else send(reply, this.#answer(url, request));
        return true;
    }

    #isDead(): boolean {
        return this.#mode === "dying" && (Date.now() - this.#started_ms) % kCycle_ms > kCycle_ms - kDeath_ms;
    }

    #known(request: IncomingMessage): boolean {
        if (this.#mode !== "keys") return true;
        return [kAdminKey, kGuestKey].some((key) => request.headers.authorization === `Bearer ${key}`);
    }

    #isAdmin(request: IncomingMessage): boolean {
        return this.#mode !== "keys" || request.headers.authorization === `Bearer ${kAdminKey}`;
    }

    #answer(url: URL, request: IncomingMessage): Reply {
        const content = this.#isAdmin(request);
        const run = /^\/retort\/runs\/(.+)$/.exec(url.pathname)?.[1];
        if (run !== undefined) return this.#run(decodeURIComponent(run), content);
        if (url.pathname === "/retort/state") return { status: 200, body: this.#state(url, content) };
        if (url.pathname === "/retort/history") return { status: 200, body: this.#history(url) };
        if (url.pathname === "/v1/models") return { status: 200, body: this.#models() };
        return notFound;
    }

    // --- what happens meanwhile

    #plan(begun_ms: number): Plan {
        this.#made += 1;
        return makePlan(this.#made, begun_ms, { hostile: this.#mode === "hostile", keys: this.#mode === "keys" || this.#mode === "hostile" });
    }

    #past(age_ms: number): void {
        const plan = this.#plan(Date.now() - age_ms - 60_000);
        plan.begun_ms = Date.now() - age_ms - plan.seconds * 1000;
        this.#end(plan);
    }

    #advance(): void {
        const now = Date.now();
        for (const plan of [...this.#flying]) {
            if (!isOver(plan, now)) continue;
            this.#flying.splice(this.#flying.indexOf(plan), 1);
            this.#end(plan);
        }
        if (["empty", "quiet"].includes(this.#mode)) return;
        while (now >= this.#next_ms) {
            if (this.#flying.length < kWidth * 2) this.#flying.push(this.#plan(now));
            this.#next_ms = Math.max(now - 3000, this.#next_ms + 300 + this.#random.below(this.#flying.length < kWidth ? 900 : 6000));
        }
    }

    #end(plan: Plan): void {
        const summary = finished(plan, (this.#ended.at(-1)?.summary.seq ?? 0) + 1);
        this.#ended.push({ plan, summary });
        this.#count(summary);
    }

    #count({ begun_ms, seconds, operator, status, b_total }: Finished): void {
        const second = Math.floor((begun_ms + seconds * 1000) / 1000);
        const before = this.#points.get(second);
        const ms = seconds * 1000;
        this.#points.set(second, [
            second, (before?.[1] ?? 0) + 1, (before?.[2] ?? 0) + (operator ? 1 : 0), (before?.[3] ?? 0) + (status === "failed" ? 1 : 0),
            (before?.[4] ?? 0) + b_total, this.#flying.length || 2 + (second % 97) % 7, before ? (before[6] + ms) / 2 : ms, Math.max(before?.[7] ?? 0, ms),
        ]);
    }

    // --- replies

    #state(url: URL, content: boolean): State {
        const now_ms = Date.now();
        const since = Number(url.searchParams.get("since") ?? 0);
        const points_since = Number(url.searchParams.get("points_since") ?? 0);
        const points = [...this.#points.values()].filter(([t]) => t > points_since && t > now_ms / 1000 - 600).sort((a, b) => a[0] - b[0]);
        return {
            version: 1, now_ms, started_ms: this.#started_ms, keys: this.#mode === "keys", content,
            in_flight: this.#flying.map((plan) => inFlight(plan, now_ms)),
            finished: this.#newest((one) => one.seq > since, kMostAtOnce),
            upstreams: this.#upstreams(),
            points,
        };
    }

    #newest(wanted: (one: Finished) => boolean, most: number): Finished[] {
        const out: Finished[] = [];
        for (let at = this.#ended.length - 1; at >= 0 && out.length < most; at -= 1) {
            const { summary } = this.#ended[at]!;
            if (wanted(summary)) out.push(summary);
        }
        return out;
    }

    #history(url: URL): { finished: Finished[]; more: boolean } {
        const query = (url.searchParams.get("query") ?? "").toLowerCase();
        const before = Number(url.searchParams.get("before") ?? 0) || Infinity;
        const limit = Math.min(kMostAtOnce, Number(url.searchParams.get("limit") ?? 200));
        const holds = ({ id, operator, model, key, status }: Finished) =>
            [id, operator, model, key, status].some((text) => text.toLowerCase().includes(query));
        const found = this.#newest((one) => one.seq < before && holds(one), limit + 1);
        return { finished: found.slice(0, limit), more: found.length > limit };
    }

    #run(id: string, content: boolean): Reply {
        const kept = [...this.#flying, ...this.#ended.slice(-kKeptRuns).map(({ plan }) => plan)];
        const plan = kept.find((one) => one.id === id && one.operator);
        if (!plan) return { status: 404, body: { error: { message: "this run is no longer kept" } } };
        return { status: 200, body: runAt(plan, Date.now(), content) };
    }

    #upstreams(): UpstreamState[] {
        const foreign = (at: number) => (this.#mode === "hostile" ? kHostile[at]! : "");
        const trouble = "connect to 10.0.0.9:8000: connection refused; next try in 4 s";
        const all: UpstreamState[] = [
            { name: `rack-1${foreign(0)}`, state: "up", in_flight: this.#flying.length, failures: 0, trouble: "", weight: 2 },
            { name: `rack-2${foreign(3)}`, state: "probing", in_flight: 0, failures: 3, trouble: `status 503: still loading the model${foreign(1)}`, weight: 1 },
            { name: `rack-3${foreign(4)}`, state: "down", in_flight: 0, failures: 12, trouble: `${trouble}${foreign(4)}`, weight: 1 },
        ];
        return this.#mode === "empty" ? all.slice(0, 1) : all;
    }

    #models(): unknown {
        const names = this.#mode === "hostile" ? kHostile : ["retort-mini", "qwen3-8b", "cot", "sr:3", "pdr:4", "pdr:8,4", "vote:16", "pdr:4@qwen3-8b"];
        return { object: "list", data: names.map((id) => ({ id, object: "model", owned_by: "retort" })) };
    }

    // --- POST v1/chat/completions

    async #chat(request: IncomingMessage, reply: ServerResponse): Promise<void> {
        const { model } = JSON.parse(await bodyOf(request)) as { model: string };
        if (model === "nothing") {
            send(reply, { status: 404, body: { error: { message: `there is no model "${this.#mode === "hostile" ? kHostile[0] : model}"` } } });
            return;
        }
        this.#asked += 1;
        reply.writeHead(200, { "Content-Type": "text/event-stream" });
        let gone = false;
        reply.on("close", () => (gone = true));
        for (const event of this.#events(model)) {
            if (gone) return;
            reply.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
            await new Promise((go) => setTimeout(go, 30));
        }
        reply.end();
    }

    *#events(model: string): Generator<unknown> {
        const foreign = this.#mode === "hostile" ? kHostile.join("\n") : "";
        const delta = (one: object) => ({ choices: [{ index: 0, delta: one }] });
        for (let n = 1; n <= 12; n += 1) yield delta({ reasoning_content: `Round 1, draft ${n}: 50 + 25 = 75, left: 3 and 7.\n${foreign}` });
        if (model === "breaks") {
            yield { error: { message: `the model server closed the connection${foreign}` } };
            return;
        }
        for (const word of `Of ${model}: (50 − 7) × 3 is 129; take 15 away, and 114 is what is left.\n${foreign}`.split(/(?<= )/)) yield delta({ content: word });
        const retort = { b_seq: 412 + this.#asked, b_total: 3977, calls: 16, failed_calls: 0 };
        yield { choices: [], usage: { prompt_tokens: 900, completion_tokens: 3077, total_tokens: 3977, ...(/^(cot|pdr|sr|vote)/.test(model) ? { retort } : {}) } };
        yield "[DONE]";
    }
}

function send(reply: ServerResponse, { status, body }: Reply): void {
    reply.writeHead(status, { "Content-Type": "application/json" });
    reply.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
    let text = "";
    for await (const piece of request) text += String(piece);
    return text;
}
