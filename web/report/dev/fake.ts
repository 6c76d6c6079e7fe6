// Made-up reports for work on the page and for its tests. The figures hang together roughly; they are no results.
import type { Grid, Problem, ReportData, Run, SampleDetail } from "../src/data.ts";
import { fakeSample } from "./fake_samples.ts";
import { fakeComparisons, fakeCurves, fakeFailures } from "./fake_sections.ts";
import { fakeTraining } from "./fake_training.ts";
import type { Report } from "./fill.ts";
import { Random } from "../../common/random.ts";

export interface Method {
    operator: string;
    family: number;
    distiller: string | null;
    kappa: number | null;
    think: number;
    widths: readonly number[];
    skill: number; // chance that a sample is right
    b_seq: number;
    b_total: number;
}

export interface Shape {
    methods: readonly Method[];
    problems: number;
    samples: number;
    seed?: number;
    scored?: boolean;
    simulated?: boolean;
    failing?: boolean;
    beside?: boolean;
    hostile?: boolean;
    long?: boolean;
    foreign?: boolean;
    textLines?: number;
}

const kChunk = 64;
const kFamilies = [
    { name: "cot", label: "long CoT", suite: 0 },
    { name: "sr", label: "SR", suite: 0 },
    { name: "pdr", label: "PDR", suite: 0 },
    { name: "vote", label: "vote", suite: 0 },
];

export const kHostile = [
    "</script><script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked = 2">',
    '=HYPERLINK("http://example.com";"x")',
    "<!--retort-details-->",
    "' onclick='window.hacked = 3",
];

const kForeign = ["كم يساوي \u202e7 + 5\u202c؟", "🧮 👩🏽‍🔬 どれだけ？ 12 − 5 = ?", "מהו הסכום של 3 ו־4?", "e\u0301\u0301\u0301\u0301 Z\u0335\u0321\u0321a\u0336l\u0338go"];

function cot(think: number, skill: number): Method {
    const b_seq = think * 0.84 + 160;
    return { operator: "cot", family: 0, distiller: null, kappa: null, think, widths: [], skill, b_seq, b_total: b_seq };
}

function refine(rounds: number, skill: number): Method {
    const b_seq = rounds * 7400;
    return { operator: `sr:${rounds}`, family: 1, distiller: "full", kappa: null, think: 8192, widths: Array(rounds).fill(1), skill, b_seq, b_total: b_seq };
}

function pdr(widths: readonly number[], skill: number, distiller = "summary", kappa: number | null = 2048): Method {
    const steps = widths.length * (distiller === "summary" ? 2 : 1) + 1;
    const total = widths.reduce((sum, width) => sum + width, 0) + widths.length + 1;
    const operator = `pdr:${widths.join(",")}`;
    return { operator, family: 2, distiller, kappa, think: 8192, widths, skill, b_seq: steps * 6200, b_total: total * 6300 };
}

const kMethods: readonly Method[] = [
    cot(8192, 0.52),
    cot(16384, 0.6),
    cot(24576, 0.62),
    refine(2, 0.58),
    refine(4, 0.63),
    pdr([8], 0.66),
    pdr([8, 4], 0.71),
    pdr([16, 8], 0.72, "topk"),
];

function fakeProblems(shape: Shape, random: Random): Problem[] {
    return Array.from({ length: shape.problems }, (_, index) => {
        const [a, b, c] = [random.below(90) + 10, random.below(90) + 10, random.below(9) + 2];
        let text = `A box holds ${a} red and ${b} blue marbles. After ${c} marbles of each colour are taken out, how many are left?`;
        if (shape.hostile) text = `${kHostile[index % kHostile.length]} ${text}`;
        if (shape.foreign) text = `${kForeign[index % kForeign.length]}\n${text}`;
        if (shape.long) text = `${text} ${"An unbroken_word_".repeat(400)}`;
        const id = shape.hostile && index < kHostile.length ? kHostile[index]! : `p${String(index + 1).padStart(3, "0")}`;
        const reference = shape.scored === false ? null : String(a + b - 2 * c);
        return { id, suite: "marbles", kind: "math", text, reference, source: null };
    });
}

function stateOf(shape: Shape, method: Method, difficulty: number, random: Random): string {
    if (shape.failing && random.chance(0.12)) return random.pick(["e", "n", "n", "."]);
    if (random.chance(0.02)) return "n";
    if (shape.scored === false) return "u";
    return random.chance(Math.min(0.98, Math.max(0.02, method.skill + difficulty))) ? "r" : "w";
}

function fakeGrid(shape: Shape, method: Method, problems: readonly Problem[], first: number, random: Random): Grid {
    const grid: Grid = { rows: problems.map((_, index) => index), columns: shape.samples, states: "", b_seq: [], detail: [], answers: [], answer: [] };
    const known = new Map<string, number>();
    const answerIndex = (text: string) => {
        const there = known.get(text);
        if (there !== undefined) return there;
        known.set(text, grid.answers.length);
        return grid.answers.push(text) - 1;
    };
    const states: string[] = [];
    problems.forEach((problem, row) => {
        const difficulty = ((row * 37) % 11) / 10 - 0.5;
        for (let sample = 0; sample < shape.samples; sample += 1) {
            const state = stateOf(shape, method, difficulty, random);
            states.push(state);
            grid.b_seq.push(state === "." ? 0 : Math.round(method.b_seq * (0.7 + random.unit() * 0.6)));
            grid.detail.push(state === "." ? -1 : first++);
            const answer = shape.hostile ? random.pick(kHostile) : String(random.below(180));
            const text = state === "r" ? (problem.reference ?? "") : answer;
            grid.answer.push(state === "r" || state === "w" || state === "u" ? answerIndex(text) : -1);
        }
    });
    return { ...grid, states: states.join("") };
}

export function near(value: number, width = 0.05): { value: number; lo: number; hi: number } {
    return { value, lo: Math.max(0, value - width), hi: Math.min(1, value + width) };
}

function accuracyOf(grid: Grid): number {
    const ran = [...grid.states].filter((state) => state !== ".").length;
    const right = [...grid.states].filter((state) => state === "r").length;
    return ran > 0 ? right / ran : 0;
}

function fakeRounds(method: Method, accuracy: number): Run["rounds"] {
    return method.widths.map((width, index) => {
        const reached = 0.62 + (0.33 * (index + 1)) / method.widths.length;
        return {
            round: index + 1,
            width,
            drafts: near(accuracy * reached),
            majority: near(Math.min(1, accuracy * (reached + 0.06))),
            any: near(Math.min(1, accuracy * (reached + 0.25))),
            diversity: 0.55 / (index + 1),
            answered: 0.96,
            cut: 0.05,
            b_seq: (method.b_seq * (index + 1)) / (method.widths.length + 1),
            workspace_tokens: method.kappa === null ? 900 : method.kappa * 0.6,
            workspace_cut: 0.08,
        };
    });
}

function fakeTransitions(method: Method, total: number): Run["transitions"] {
    return method.widths.map((_, index) => {
        const last = index + 1 === method.widths.length;
        const lost = Math.round(total * 0.04);
        const won = Math.round(total * 0.09);
        const right = Math.round(total * (0.55 + 0.05 * index));
        const to = last ? "final" : `round ${index + 2}`;
        return { from: `round ${index + 1}`, to, right_right: right, right_wrong: lost, wrong_right: won, wrong_wrong: total - right - lost - won };
    });
}

function fakeRun(shape: Shape, method: Method, number: number, problems: readonly Problem[], first: number, random: Random): Run {
    const grid = fakeGrid(shape, method, problems, first, random);
    const landed = grid.detail.filter((detail) => detail >= 0).length;
    const accuracy = accuracyOf(grid);
    const label = `${method.operator}${method.distiller ? ` ${method.distiller}` : ""} ${Math.round(method.think / 1024)}K`;
    const calls = (method.widths.reduce((sum, width) => sum + width + 1, 0) + 1) * landed;
    return {
        id: `run-${number}`,
        label: shape.hostile ? `${label} ${kHostile[1]}` : label,
        suite: "marbles",
        model: shape.simulated ? "sim:student" : "a-model-of-8b",
        operator: method.operator,
        family: method.family,
        distiller: method.distiller,
        k: method.distiller === "topk" ? 2 : null,
        kappa: method.kappa,
        think: method.think,
        temperature: 1,
        seed: 1,
        samples: shape.samples,
        problems: problems.length,
        landed,
        simulated: shape.simulated ?? false,
        scored: shape.scored ?? true,
        mean: near(accuracy),
        pass_at_k: [1, shape.samples].map((k) => ({ k, accuracy: near(Math.min(0.98, accuracy + (k > 1 ? 0.17 : 0))) })),
        maj_at_k: [1, shape.samples].map((k) => ({ k, accuracy: near(Math.min(0.98, accuracy + (k > 1 ? 0.06 : 0))) })),
        b_seq: method.b_seq,
        b_total: method.b_total,
        b_seq_nominal: Math.ceil(method.b_seq / method.think) * method.think,
        max_call_tokens: method.think * 0.9,
        wall_s: method.b_seq / 900,
        cost: {
            calls,
            failed_calls: shape.failing ? Math.round(calls * 0.03) : 0,
            tokens_in: calls * 800,
            tokens_out: calls * 5400,
            tokens_reasoning: calls * 5000,
            tokens_cached: calls * 300,
            wall_s: (method.b_seq / 900) * landed,
            estimated: shape.failing ?? false,
        },
        truncated: shape.failing ? 0.17 : 0.02,
        unanswered: shape.failing ? 0.09 : 0.02,
        errors: [...grid.states].filter((state) => state === "e").length,
        shared_calls: 0,
        rounds: fakeRounds(method, accuracy),
        transitions: fakeTransitions(method, landed),
        budget_use: [{ role: "draft", budget: method.think + 2048, mean: method.think * 0.7, p95: method.think, cut: 0.03, calls }],
        warnings: [],
        grid,
    };
}

function fakeSamples(shape: Shape, runs: readonly Run[], problems: readonly Problem[], random: Random): SampleDetail[] {
    const out: SampleDetail[] = [];
    runs.forEach((run, number) => {
        run.grid.detail.forEach((detail, at) => {
            if (detail < 0) return;
            const problem = problems[Math.floor(at / run.grid.columns)]!;
            out.push(fakeSample({ shape, run, method: shape.methods[number]!, number, problem, at, random }));
        });
    });
    return out;
}

function fakeWarnings(shape: Shape): ReportData["warnings"] {
    const out: ReportData["warnings"] = [];
    if (shape.simulated) out.push({ kind: "simulated", text: "These results come from a simulated model; they say nothing about a real one.", runs: [] });
    if (shape.failing) {
        out.push({ kind: "truncated", text: "17 % of calls were cut by length: the thinking budget is too small for this suite.", runs: [0] });
        out.push({ kind: "failed_calls", text: "3 % of attempts failed; samples that failed count as wrong.", runs: [] });
        out.push({ kind: "estimated", text: "The server reported no usage: token counts are estimates.", runs: [1, 2] });
    }
    if (shape.samples < 4) out.push({ kind: "few_samples", text: `${shape.samples} samples a problem are few: intervals are wide.`, runs: [] });
    return out;
}

export function fakeReport(shape: Shape): Report {
    const random = new Random(shape.seed ?? 1);
    const problems = fakeProblems(shape, random);
    let first = 0;
    const runs = shape.methods.map((method, number) => {
        const run = fakeRun(shape, method, number, problems, first, random);
        first += run.landed;
        return run;
    });
    const samples = fakeSamples(shape, runs, problems, random);
    const scored = shape.scored ?? true;
    const data: ReportData = {
        version: 1,
        program: "retort 0.0.0 (made-up data)",
        date: "2026-11-26T13:05:00Z",
        title: shape.hostile ? `Marbles ${kHostile[0]}` : "Marbles by a model of 8B",
        simulated: shape.simulated ?? false,
        headline: headlineOf(shape, runs),
        warnings: fakeWarnings(shape),
        families: kFamilies,
        runs,
        curves: scored ? fakeCurves(runs) : [],
        ...fakeComparisons(runs, scored),
        ...fakeFailures(runs, scored),
        problems,
        details: { at: shape.beside ? "beside" : "embedded", folder: "details", chunk_size: kChunk, chunks: Math.ceil(samples.length / kChunk) },
    };
    return { data, samples };
}

function headlineOf(shape: Shape, runs: readonly Run[]): ReportData["headline"] {
    const nothing = { estimate: null, axis: null, at: null };
    if (runs.length === 0) return { text: "Nothing was run yet.", kind: "none", ...nothing };
    if (shape.scored === false) return { text: "Nothing is scored: the suite has no references.", kind: "none", ...nothing };
    const mean = runs[0]!.mean;
    if (runs.length === 1) return { text: `${runs[0]!.label} is right in ${(mean.value * 100).toFixed(1)} % of samples (45.1 to 55.3).`, kind: "mean", estimate: mean, axis: null, at: null };
    const estimate = { value: 0.074, lo: 0.031, hi: 0.116 };
    return { text: "At B_seq 20K, PDR is 7.4 points above long CoT (3.1 to 11.6).", kind: "difference", estimate, axis: "b_seq", at: 20000 };
}

const kSizes = [256, 512, 1024, 2048, 4096].map((kappa, index) => pdr([8, 4], 0.55 + [0, 0.08, 0.14, 0.16, 0.13][index]!, "summary", kappa));
const kDistillers = ["topk", "topk-each", "random", "conclusions", "full", "oracle-correct", "oracle-incorrect"].map((name, index) =>
    pdr([8, 4], 0.7 + [0.02, 0.03, -0.01, -0.03, -0.02, 0.14, -0.3][index]!, name));

export const fakes: Record<string, () => Report> = {
    small: () => fakeReport({ methods: kMethods, problems: 40, samples: 8 }),
    sweep: () => fakeReport({ methods: [...kMethods, ...kSizes, ...kDistillers], problems: 30, samples: 16 }),
    large: () => fakeReport({ methods: [kMethods[2]!, kMethods[4]!, kMethods[6]!, kMethods[7]!], problems: 500, samples: 16, textLines: 1 }),
    beside: () => fakeReport({ methods: kMethods.slice(5), problems: 40, samples: 4, beside: true }),
    simulated: () => fakeReport({ methods: [...kMethods, ...kSizes], problems: 30, samples: 8, simulated: true }),
    empty: () => fakeReport({ methods: [], problems: 0, samples: 1 }),
    single: () => fakeReport({ methods: [pdr([8, 4], 0.71)], problems: 1, samples: 1 }),
    failures: () => fakeReport({ methods: kMethods, problems: 40, samples: 8, failing: true }),
    long: () => fakeReport({ methods: kMethods.slice(6), problems: 3, samples: 1, long: true, textLines: 900 }),
    foreign: () => fakeReport({ methods: kMethods.slice(6), problems: 12, samples: 4, foreign: true }),
    unscored: () => fakeReport({ methods: kMethods.slice(6), problems: 12, samples: 4, scored: false }),
    hostile: () => fakeReport({ methods: kMethods.slice(5), problems: 12, samples: 4, hostile: true }),
    training: () => fakeTraining({ runs: 1, sft: 300, rl: 200 }),
    "training-runs": () => fakeTraining({ runs: 3, sft: 300, rl: 200 }),
    "training-begun": () => fakeTraining({ runs: 1, sft: 3, rl: 0, ended: false }),
    "training-long": () => fakeTraining({ runs: 2, sft: 600, rl: 400, thinned: true, extra: 40, ended: false }),
    "training-hostile": () => fakeTraining({ runs: 3, sft: 20, rl: 20, hostile: kHostile }),
};
