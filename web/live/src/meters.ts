// The header's figures, each with a line of the last ten minutes.
import { kNone, seconds, short, tokens, whole } from "../../common/format";
import { el, svg } from "../../common/dom";
import type { State } from "./contract";
import { kKept_s, type Live } from "./live";
import { axisEnd, linePath, now, series, timeAxisEnd, type Value } from "./series";

const kWidth = 240;
const kHeight = 36;

const delay = (ms: Value) => (ms === null ? kNone : seconds(ms / 1000));
const steps = (ms: number) => (ms < 1000 ? `${ms}\u202fms` : ms < 60_000 ? `${ms / 1000}\u202fs` : `${ms / 60_000}\u202fmin`);
const rate = (value: number) => short(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

interface Line {
    values: readonly Value[];
    name: string; // class
}

class Meter {
    readonly node: HTMLElement;
    readonly #figure = el("span", { class: "meter-figure" });
    readonly #most = el("span", { class: "meter-most" });
    readonly #paths = new Map<string, SVGElement>();
    readonly #svg: SVGElement;

    constructor(name: string, help: string, lines: readonly string[]) {
        for (const line of lines) this.#paths.set(line, svg("path", { class: `line ${line}`, "vector-effect": "non-scaling-stroke" }));
        const base = svg("path", { class: "line base", d: `M0 ${kHeight}H${kWidth}`, "vector-effect": "non-scaling-stroke" });
        const box = { viewBox: `0 -2 ${kWidth} ${kHeight + 4}`, preserveAspectRatio: "none", role: "img" };
        this.#svg = svg("svg", box, base, [...this.#paths.values()]);
        this.node = el(
            "div",
            { class: "meter", title: help },
            el("div", { class: "meter-head" }, el("h2", {}, name), this.#most),
            el("p", {}, this.#figure),
            this.#svg,
        );
    }

    // `text`: of a value, `endText`: of the end of the axis, which is `axis` of the highest one.
    show(figure: string, lines: readonly Line[], text: (value: number) => string, axis = axisEnd, endText = text): void {
        const highest = Math.max(0, ...lines.flatMap((line) => line.values.map((value) => value ?? 0)));
        const end = axis(highest);
        for (const { values, name } of lines) this.#paths.get(name)?.setAttribute("d", linePath(values, end, kWidth, kHeight));
        this.#figure.textContent = figure;
        this.#most.textContent = highest > 0 ? `10 min, to ${endText(end)}` : "10 min";
        this.#svg.setAttribute("aria-label", `the last ten minutes, at most ${text(highest)}`);
    }
}

export class Meters {
    readonly node: HTMLElement;
    readonly #requests = new Meter("requests", "Requests that ended, a second; the figure is of the last 10 seconds", ["first"]);
    readonly #tokens = new Meter("tokens", "Tokens of runs that ended, a second; the figure is of the last 10 seconds", ["first"]);
    readonly #flight = new Meter("in flight", "Requests under way", ["first"]);
    readonly #delay = new Meter(
        "duration",
        "How long requests took. p50: mean of the seconds' medians, p99: the worst second's; the figures are of the last minute",
        ["first", "second"],
    );

    constructor() {
        const all = [this.#requests, this.#tokens, this.#flight, this.#delay];
        this.node = el("section", { class: "meters", "aria-label": "How busy the gateway is" }, all.map((one) => one.node));
    }

    show(state: State, live: Live): void {
        const now_s = state.now_ms / 1000;
        const figures = now(live.points, now_s);
        const lines = series(live.points, now_s, kKept_s);
        const flying = state.in_flight_count ?? state.in_flight.length;
        lines.in_flight[lines.in_flight.length - 1] = flying;
        const one = (values: readonly Value[]) => [{ values, name: "first" }];
        this.#requests.show(`${rate(figures.requests)}\u202f/s`, one(lines.requests), (value) => `${rate(value)}\u202f/s`);
        this.#tokens.show(`${tokens(figures.tokens)}\u202f/s`, one(lines.tokens), (value) => `${tokens(value)}\u202f/s`);
        this.#flight.show(whole(flying), one(lines.in_flight), whole);
        this.#delay.show(
            `p50 ${delay(figures.p50_ms)}   p99 ${delay(figures.p99_ms)}`,
            [...one(lines.p50_ms), { values: lines.p99_ms, name: "second" }],
            delay,
            timeAxisEnd,
            steps,
        );
    }
}
