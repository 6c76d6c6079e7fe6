// The details of made-up samples.
import type { CallDetail, Problem, RoundDetail, Run, SampleDetail, WorkspaceDetail } from "../src/data.ts";
import { kHostile, type Method, type Shape } from "./fake.ts";
import type { Random } from "../../common/random.ts";

export interface SampleParts {
    shape: Shape;
    run: Run;
    method: Method;
    number: number; // of the run
    problem: Problem;
    at: number; // cell
    random: Random;
}

function words(parts: SampleParts, lines: number): string {
    const { random, problem, shape } = parts;
    const out = Array.from({ length: lines }, () =>
        random.pick([
            `Counting what is left: ${random.below(100)} and ${random.below(100)} make ${random.below(200)}.`,
            "Both colours lose the same number, so twice that is taken from the sum.",
            `Let me check this once more with ${random.below(50)} instead.`,
            "The order in which they are taken does not matter.",
        ]));
    if (shape.hostile) out.splice(1, 0, ...kHostile);
    if (shape.foreign) out.splice(1, 0, problem.text);
    return out.join("\n");
}

function call(parts: SampleParts, path: string, role: string, right: boolean): CallDetail {
    const { random, problem, method, shape } = parts;
    const cut = shape.failing === true && random.chance(0.2);
    const wrong = shape.hostile ? random.pick(kHostile) : String(random.below(180));
    const answer = cut ? null : right ? (problem.reference ?? "7") : wrong;
    const lines = shape.textLines ?? 3;
    return {
        path,
        role,
        answer,
        verdict: problem.reference === null || cut ? null : right ? "equal" : "different",
        finish: cut ? "length" : "stop",
        error: null,
        tokens_in: 180 + random.below(600),
        tokens_out: Math.round(method.think * (0.4 + random.unit() * 0.5)),
        tokens_reasoning: Math.round(method.think * 0.35),
        wall_s: 2 + random.unit() * 9,
        text: `${words(parts, lines)}\nThe answer is ${answer ?? "..."}`,
        reasoning: lines > 1 ? words(parts, lines * 2) : "",
        left_out: 0,
    };
}

function workspace(parts: SampleParts, drafts: readonly CallDetail[], readers: readonly string[]): WorkspaceDetail {
    const { shape, method } = parts;
    const last = drafts.at(-1);
    const truncated = shape.failing === true && last !== undefined;
    return {
        text: words(parts, 4),
        tokens: Math.round((method.kappa ?? 1500) * 0.6),
        truncated,
        distiller: method.distiller ?? "full",
        sources: drafts.map((draft) => draft.path),
        read_by: [...readers],
        cuts: truncated ? [{ path: last.path, tokens: 640, kept: 120 }] : [],
    };
}

function round(parts: SampleParts, index: number): RoundDetail {
    const { method, random } = parts;
    const width = method.widths[index]!;
    const drafts = Array.from({ length: width }, (_, draft) =>
        call(parts, `r${index + 1}.d${draft}`, "draft", random.chance(method.skill - 0.1 + index * 0.05)));
    const next = method.widths[index + 1];
    const readers = next === undefined ? ["final"] : Array.from({ length: next }, (_, draft) => `r${index + 2}.d${draft}`);
    const summary = method.distiller === "summary";
    return {
        round: index + 1,
        width,
        stopped_early: false,
        drafts,
        calls: summary ? [{ ...call(parts, `r${index + 1}.s0`, "distill", false), answer: null, verdict: null }] : [],
        workspaces: [workspace(parts, drafts, readers)],
    };
}

export function fakeSample(parts: SampleParts): SampleDetail {
    const { run, method, number, at, problem } = parts;
    const state = run.grid.states[at]!;
    const rounds = method.widths.map((_, index) => round(parts, index));
    const answer = run.grid.answers[run.grid.answer[at]!] ?? null;
    const last = { ...call(parts, "final", "final", state === "r"), answer };
    const judged = state === "r" ? ("equal" as const) : state === "w" ? ("different" as const) : null;
    return {
        run: number,
        problem: run.grid.rows[Math.floor(at / run.grid.columns)]!,
        sample: at % run.grid.columns,
        answer,
        verdict: problem.reference === null ? null : judged,
        text: last.text,
        error: state === "e" ? "the server answered 503 five times; the last: upstream is busy" : null,
        b_seq: run.grid.b_seq[at]!,
        b_total: Math.round(method.b_total),
        b_seq_nominal: run.b_seq_nominal,
        max_call_tokens: Math.round(run.max_call_tokens),
        calls: rounds.reduce((sum, one) => sum + one.drafts.length + one.calls.length, 1),
        failed_calls: state === "e" ? 5 : 0,
        wall_s: run.wall_s,
        rounds,
        final: state === "e" ? null : last,
        finish_calls: [],
        warnings: state === "n" ? ["no answer was found in the final text"] : [],
    };
}
