// The calls of a round as small bars that grow with their tokens; the states differ in shape.
import { svg } from "../../common/dom";
import { tokens } from "../../common/format";
import type { LaneBrief, LaneState } from "./contract";
import { look } from "./states";

const kHeight = 22;
const kMost = 32; // bars; more are counted
const kLeast_tokens = 64;

// The scale doubles, so that it seldom moves.
export function scaleOf(lanes: readonly LaneBrief[]): number {
    let scale = kLeast_tokens;
    const most = Math.max(0, ...lanes.map((lane) => lane.tokens));
    while (scale < most) scale *= 2;
    return scale;
}

export function said(lanes: readonly LaneBrief[]): string {
    const counts = new Map<LaneState, number>();
    for (const { state } of lanes) counts.set(state, (counts.get(state) ?? 0) + 1);
    const parts = [...counts].map(([state, count]) => `${count} ${look(state).word}`);
    return `${parts.join(", ")}; ${tokens(total(lanes))} tokens`;
}

export function total(lanes: readonly LaneBrief[]): number {
    return lanes.reduce((sum, lane) => sum + lane.tokens, 0);
}

function bar(lane: LaneBrief, at: number, step: number, scale: number): SVGElement[] {
    const x = at * step;
    const width = step - 2;
    const length = Math.max(2, Math.min(1, lane.tokens / scale) * (kHeight - 4));
    const y = kHeight - length;
    const ground = svg("rect", { class: "lane-ground", x, y: 0, width, height: kHeight });
    const shape = svg("rect", { class: `lane ${look(lane.state).word}`, x, y, width, height: length });
    const middle = x + width / 2;
    if (lane.state === "done") return [ground, shape, svg("rect", { class: "lane-end", x, y: y - 3, width, height: 2 })];
    if (lane.state !== "failed") return [ground, shape];
    const cross = `M${middle - 2.5} 4l5 5m0-5l-5 5`;
    return [ground, shape, svg("path", { class: "lane-cross", d: cross })];
}

export class Lanes {
    readonly node = svg("svg", { class: "lanes", role: "img", height: kHeight });
    #shown = "";

    show(lanes: readonly LaneBrief[]): void {
        const now = JSON.stringify(lanes);
        if (now === this.#shown) return;
        this.#shown = now;
        const some = lanes.slice(0, kMost);
        const step = some.length > 16 ? 5 : 8;
        const scale = scaleOf(lanes);
        const more = lanes.length - some.length;
        const width = some.length * step + (more > 0 ? 34 : 0);
        const rest = more > 0 ? [svg("text", { x: some.length * step + 2, y: kHeight - 6 }, `+${more}`)] : [];
        this.node.replaceChildren(...some.flatMap((lane, at) => bar(lane, at, step, scale)), ...rest);
        this.node.setAttribute("width", String(width));
        this.node.setAttribute("viewBox", `0 0 ${Math.max(1, width)} ${kHeight}`);
        this.node.setAttribute("aria-label", lanes.length > 0 ? said(lanes) : "no lanes");
    }
}
