// Curves, comparisons and failures of made-up runs.
import type { Axis, Curve, Example, ReportData, Run, Signature } from "../src/data.ts";
import { near } from "./fake.ts";

const kAxes: readonly Axis[] = ["b_seq", "b_total", "b_seq_nominal", "wall_s"];

function curve(runs: readonly Run[], axis: Axis): Curve {
    const plain = runs.filter((run) => !run.distiller?.startsWith("oracle"));
    const families = [...new Set(plain.map((run) => run.family))].sort();
    const best = (run: Run) => plain.every((other) => other[axis] > run[axis] || other.mean.value <= run.mean.value);
    return {
        axis,
        families: families.map((family) => ({
            family,
            points: plain
                .filter((run) => run.family === family)
                .sort((a, b) => a[axis] - b[axis])
                .map((run) => ({ run: runs.indexOf(run), x: run[axis], accuracy: run.mean, pareto: best(run), on_frontier: best(run) ? 0.83 : 0.21 })),
        })),
    };
}

export function fakeCurves(runs: readonly Run[]): Curve[] {
    return runs.length === 0 ? [] : kAxes.map((axis) => curve(runs, axis));
}

type Comparisons = Pick<ReportData, "differences" | "distillers" | "workspaces">;

function ofDistiller(runs: readonly Run[]): ReportData["distillers"] {
    const base = runs.filter((run) => run.operator === "pdr:8,4" && run.kappa === 2048);
    const names = [...new Set(base.map((run) => run.distiller!))];
    return names.map((distiller, index) => {
        const run = base.find((one) => one.distiller === distiller)!;
        return {
            distiller,
            runs: [runs.indexOf(run)],
            accuracy: run.mean,
            difference: index === 0 ? null : { value: 0.02 * index - 0.05, lo: 0.02 * index - 0.11, hi: 0.02 * index + 0.02 },
            b_seq: run.b_seq,
            b_total: run.b_total,
            workspace_tokens: 1100,
            workspace_cut: 0.06,
            oracle: distiller.startsWith("oracle"),
        };
    });
}

function ofSize(runs: readonly Run[]): ReportData["workspaces"] {
    const sized = runs.filter((run) => run.operator === "pdr:8,4" && run.distiller === "summary" && run.kappa !== null);
    return sized
        .sort((a, b) => a.kappa! - b.kappa!)
        .map((run, index) => ({
            kappa: run.kappa,
            k: run.k,
            distiller: "summary",
            run: runs.indexOf(run),
            accuracy: run.mean,
            difference: index === 0 ? null : { value: 0.03, lo: -0.01, hi: 0.07 },
            b_seq: run.b_seq,
            workspace_tokens: run.kappa! * 0.6,
            workspace_cut: index === 0 ? 0.62 : 0.05,
            note: index === 0 ? "too small" : "",
        }));
}

export function fakeComparisons(runs: readonly Run[], scored: boolean): Comparisons {
    if (!scored || runs.length < 2) return { differences: [], distillers: [], workspaces: [] };
    const there = new Set(runs.map((run) => run.family));
    const differences = ([[2, 0], [2, 1], [1, 0]] as const).filter(([a, b]) => there.has(a) && there.has(b)).flatMap(([a, b]) =>
        (["b_seq", "b_total"] as const).map((axis) => ({
            axis,
            at: 20000,
            a,
            b,
            accuracy_a: 0.68,
            accuracy_b: 0.606,
            difference: axis === "b_seq" ? { value: 0.074, lo: 0.031, hi: 0.116 } : { value: -0.02, lo: -0.06, hi: 0.02 },
            paired_problems: 40,
        })));
    const distillers = ofDistiller(runs);
    return { differences, distillers: distillers.length > 1 ? distillers : [], workspaces: ofSize(runs).length > 1 ? ofSize(runs) : [] };
}

type Failures = Pick<ReportData, "signatures" | "summary_faults" | "position">;

function examples(runs: readonly Run[]): Example[] {
    const run = runs.findIndex((one) => one.rounds.length > 0);
    if (run < 0) return [];
    const cells = [...runs[run]!.grid.states].flatMap((state, at) => (state === "w" ? [at] : []));
    return cells.slice(0, 3).map((at) => ({
        run,
        problem: runs[run]!.grid.rows[Math.floor(at / runs[run]!.grid.columns)]!,
        sample: at % runs[run]!.grid.columns,
        text: "5 of 8 drafts were right; the workspace held a wrong one first",
        paths: ["r1.d0"],
    }));
}

export function fakeFailures(runs: readonly Run[], scored: boolean): Failures {
    if (!runs.some((run) => run.rounds.length > 0)) return { signatures: [], summary_faults: null, position: null };
    const card = (name: Signature["name"], title: string, rate: number, of: string, rule: string): Signature => ({
        name,
        title,
        rule,
        rate: scored ? near(rate, 0.03) : null,
        of,
        count: Math.round(rate * 400),
        total: 400,
        cost: "Those samples are 31.0 points below the others (24.2 to 38.1).",
        facts: [{ name: "a right majority turned wrong", value: "4.1 %" }, { name: "readers against drafts of the round before, where the workspace held a wrong one", value: "10.6 points (2.8 to 18.1) over 222 readers" }],
        examples: examples(runs),
    });
    return {
        signatures: [
            card("anchoring_collapse", "Anchoring collapse", 0.118, "samples whose workspace held a wrong candidate",
                "Accuracy after a round whose workspace held a wrong candidate, against the drafts before it."),
            card("verification_failure", "Verification failure", 0.152, "samples",
                "No draft of round 1 is right; counted is how often later rounds recover."),
            card("context_overflow", "Context overflow", 0.081, "workspaces",
                "A workspace in which something did not fit, or a draft cut by length."),
        ],
        summary_faults: scored
            ? { checked: 640, invented: 12, lost: 31, rule: "Answers found in the summary against answers of its drafts.", examples: [] }
            : null,
        position: scored
            ? {
                by_place: [1, 2, 3, 4].map((place) => ({ place, count: 220 - place * 31, accuracy: near(0.84 - place * 0.03) })),
                by_length: [0, 512, 1024, 2048].map((from) => ({ from, to: Math.max(512, from * 2), count: 180, accuracy: near(0.8 - from / 20000) })),
            }
            : null,
    };
}
