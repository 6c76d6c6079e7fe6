// Made-up runs: what each is at any moment follows from when it began, so that nothing has to be kept going.
import { Random } from "../../common/random.ts";
import type { Draft, Ending, Finished, InFlight, Lane, LaneState, RoundState, Run } from "../src/contract.ts";

export const kHostile = [
    "<img src=x onerror=\"window.hacked = 1\">",
    "</script><script>window.hacked = 2</script>",
    "javascript:window.hacked = 3",
    "\u202eright to left\u0000\u0007 \"'`${window.hacked = 4}",
    "<svg/onload=window.hacked=5><a href=\"javascript:window.hacked=6\">press</a><style>*{display:none}</style>",
];

interface LanePlan {
    begin_s: number; // after the run's beginning
    seconds: number;
    tokens: number;
    fails: boolean;
    thinks: number; // share of its tokens
    seed: number;
}

export interface Plan {
    id: string;
    operator: string;
    model: string;
    key: string;
    question: string;
    begun_ms: number;
    rounds: LanePlan[][];
    final: LanePlan | null;
    seconds: number;
    status: Ending;
    error: string;
    hostile: boolean;
}

export interface Manner {
    hostile: boolean;
    keys: boolean;
}

// Widths of the rounds; whether a last call writes the answer.
const kOperators: [string, number[], boolean][] = [
    ["pdr:8,4", [8, 4], true], ["pdr:4", [4], true], ["sr:3", [1, 1, 1], false], ["cot", [], true],
    ["vote:16", [16], false], ["pdr:40,8", [40, 8], true], ["", [], true],
];
const kModels = ["retort-mini", "qwen3-8b", "a-model-with-a-rather-long-name-that-someone-gave-it-instruct-q4_k_m"];
const kKeys = ["ana", "batch", "classroom"];
const kQuestions = [
    "Use 3, 7, 25, 50 to make 114.",
    "A farmer has 17 sheep; all but 9 run away. How many are left?",
    "How many ways are there to put 4 marbles into 3 bags?\nBags may be empty.",
];
const kErrors = [
    "the model server at 10.0.0.7:8000 closed the connection after 3 attempts; is it running?",
    "budget: b_total 4,096 was reached in round 2",
];
const kLines = [
    "50 + 25 = 75, left: 3 and 7.", "(50 − 7) × 3 = 129, too much by 15.", "Both lose the same number, so twice that is taken from the sum.",
    "Let me check this once more.", "25 × 3 = 75, and 75 + 50 − 7 = 118, which is 4 too many.", "The order does not matter here.",
    "So what is left has to make 39.", "That uses 7 twice, which is not allowed.",
];

function lane(random: Random, begin_s: number, failing: number): LanePlan {
    const tokens = 60 + random.below(500);
    return { begin_s, tokens, seconds: tokens / (30 + random.below(60)), fails: random.chance(failing), thinks: random.chance(0.6) ? 0.5 : 0, seed: random.below(1e9) };
}

const end = (plan: LanePlan) => plan.begin_s + plan.seconds;

function roundsOf(random: Random, widths: readonly number[], failing: number): LanePlan[][] {
    const rounds: LanePlan[][] = [];
    let begin_s = 0.2;
    for (const width of widths) {
        rounds.push(Array.from({ length: width }, (_, at) => lane(random, begin_s + Math.floor(at / 8) * 2, failing)));
        begin_s = Math.max(...rounds.at(-1)!.map(end)) + 0.3;
    }
    return rounds;
}

export function makePlan(number: number, begun_ms: number, manner: Manner): Plan {
    const random = new Random(number * 7919 + 13);
    const [operator, widths, writes] = random.pick(kOperators);
    const foreign = (text: string) => (manner.hostile ? random.pick(kHostile) + text : text);
    const status: Ending = random.chance(0.06) ? "failed" : random.chance(0.04) ? "hung_up" : "done";
    const rounds = roundsOf(random, widths, status === "failed" ? 0.4 : 0.03);
    const last_s = Math.max(0.2, ...rounds.flat().map(end)) + 0.3;
    const final = writes ? lane(random, last_s, status === "failed" ? 1 : 0) : null;
    return {
        id: foreign(`run-${number.toString(36).padStart(5, "0")}`),
        operator: operator && foreign(operator),
        model: foreign(random.pick(kModels)),
        key: manner.keys ? foreign(random.pick(kKeys)) : "",
        question: foreign(random.pick(kQuestions)),
        begun_ms,
        rounds,
        final,
        seconds: final ? end(final) : last_s,
        status,
        error: status === "failed" ? foreign(random.pick(kErrors)) : "",
        hostile: manner.hostile,
    };
}

export function isOver(plan: Plan, now_ms: number): boolean {
    return now_ms - plan.begun_ms >= plan.seconds * 1000;
}

const elapsed = (plan: Plan, now_ms: number) => (now_ms - plan.begun_ms) / 1000;

function share(plan: LanePlan, at_s: number): number {
    return Math.min(1, Math.max(0, (at_s - plan.begin_s) / plan.seconds));
}

function stateAt(plan: LanePlan, at_s: number): LaneState {
    const done = share(plan, at_s);
    if (done <= 0) return "waiting";
    if (done < 1) return "running";
    return plan.fails ? "failed" : "done";
}

const tokensAt = (plan: LanePlan, at_s: number) => Math.round(plan.tokens * share(plan, at_s));

function words(seed: number, tokens: number, hostile: boolean): string {
    const random = new Random(seed);
    const lines: string[] = hostile ? [...kHostile] : [];
    for (let length = 0; length < tokens * 4; length += lines.at(-1)!.length) lines.push(random.pick(kLines));
    return lines.join("\n").slice(0, Math.max(tokens * 4, hostile && tokens > 20 ? 400 : 0));
}

function laneAt(plan: LanePlan, at_s: number, hostile: boolean): Lane {
    const tokens = tokensAt(plan, at_s);
    const thought = Math.min(tokens, Math.round(plan.tokens * plan.thinks));
    return {
        state: stateAt(plan, at_s),
        tokens,
        reasoning: words(plan.seed + 1, thought, hostile && plan.thinks > 0),
        text: words(plan.seed, tokens - thought, hostile),
        seconds: Math.max(0, Math.min(plan.seconds, at_s - plan.begin_s)),
    };
}

function spent(plan: Plan, at_s: number): { b_seq: number; b_total: number; calls: number; failed_calls: number } {
    const begun = [...plan.rounds, plan.final ? [plan.final] : []].map((round) => round.filter((one) => one.begin_s <= at_s));
    const tokens = (one: LanePlan) => tokensAt(one, at_s);
    return {
        b_seq: begun.reduce((sum, round) => sum + Math.max(0, ...round.map(tokens)), 0),
        b_total: begun.flat().reduce((sum, one) => sum + tokens(one), 0),
        calls: begun.flat().length,
        failed_calls: begun.flat().filter((one) => stateAt(one, at_s) === "failed").length,
    };
}

export function inFlight(plan: Plan, now_ms: number): InFlight {
    const at_s = elapsed(plan, now_ms);
    const round = plan.rounds.findLastIndex((lanes) => lanes[0]!.begin_s <= at_s);
    const last = plan.final !== null && plan.final.begin_s <= at_s;
    const lanes = last || round < 0 ? (plan.final && plan.operator ? [plan.final] : []) : plan.rounds[round]!;
    const { b_seq, b_total, calls } = spent(plan, at_s);
    const phase = !plan.operator ? "handed on" : last || round < 0 ? "writing the answer" : `round ${round + 1} of ${plan.rounds.length}`;
    return {
        id: plan.id, operator: plan.operator, model: plan.model, key: plan.key, begun_ms: plan.begun_ms, phase,
        lanes: lanes.map((one) => ({ state: stateAt(one, at_s), tokens: tokensAt(one, at_s) })),
        b_seq, b_total, calls,
    };
}

export function finished(plan: Plan, seq: number): Finished {
    const { id, operator, model, key, begun_ms, seconds, status, error } = plan;
    return { seq, id, operator, model, key, begun_ms, seconds, status, ...spent(plan, seconds), error };
}

function roundAt(plan: Plan, at: number, at_s: number): RoundState {
    const lanes = plan.rounds[at]!;
    const drafts = lanes.map((one, index): Draft => {
        const lane = laneAt(one, at_s, plan.hostile);
        const answer = lane.state === "done" ? (plan.hostile ? kHostile[index % kHostile.length]! : String(110 + (one.seed % 4) * 2)) : null;
        return { index, ...lane, answer };
    });
    const over = lanes.every((one) => end(one) <= at_s);
    const text = words(at + lanes[0]!.seed, 40, plan.hostile);
    const sources = lanes.slice(0, 6).map((_, index) => `r${at + 1}.d${index}`);
    return { round: at + 1, drafts, workspaces: over ? [{ text, tokens: 38, truncated: lanes.length > 6, sources }] : [] };
}

export function runAt(plan: Plan, now_ms: number, content: boolean): Run {
    const over = isOver(plan, now_ms);
    const at_s = over ? plan.seconds : elapsed(plan, now_ms);
    const begun = plan.rounds.filter((lanes) => lanes[0]!.begin_s <= at_s);
    const run: Run = {
        id: plan.id, operator: plan.operator, model: plan.model, begun_ms: plan.begun_ms,
        finished: over,
        status: over ? plan.status : "running",
        phase: inFlight(plan, now_ms).phase,
        error: over ? plan.error : "",
        question: plan.question,
        rounds: begun.map((_, at) => roundAt(plan, at, at_s)),
        final: plan.final && plan.final.begin_s <= at_s ? laneAt(plan.final, at_s, plan.hostile) : null,
        answer: over && plan.status === "done" ? (plan.hostile ? kHostile[0]! : "(50 − 7) × 3 − 25 + 10 = 114") : null,
        budget: spent(plan, at_s),
        content,
        ...(over ? { seconds: plan.seconds } : {}),
    };
    return content ? run : withoutTexts(run);
}

function withoutTexts(run: Run): Run {
    const mute = <Some extends Lane>(lane: Some): Some => ({ ...lane, text: "", reasoning: "" });
    const rounds = run.rounds.map((round) => ({
        ...round,
        drafts: round.drafts.map((draft) => ({ ...mute(draft), answer: null })),
        workspaces: round.workspaces.map((workspace) => ({ ...workspace, text: "" })),
    }));
    return { ...run, question: "", answer: null, rounds, final: run.final && mute(run.final) };
}
