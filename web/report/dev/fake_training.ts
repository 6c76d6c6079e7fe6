// Made-up training runs for work on their page and for its tests. The figures hang together roughly; they are no results.
import type { Series, TrainingData, TrainingRun } from "../src/training_data.ts";
import type { Report } from "./fill.ts";
import { Random } from "../../common/random.ts";

export interface TrainingShape {
    runs: number;
    sft: number; // steps
    rl: number;
    thinned?: boolean;
    hostile?: readonly string[];
    ended?: boolean;
    extra?: number; // figures that the page does not know
}

const kKinds = ["draft", "draft-cut", "drill-answer", "drill-target", "refine", "refine-cut"];

class Figures {
    readonly #series = new Map<string, Series>();

    put(step: number, name: string, value: number | null): void {
        const there = this.#series.get(name) ?? { name, count: 0, first: value, last: value, last_step: step, least: null, most: null, steps: [], values: [] };
        this.#series.set(name, there);
        there.count += 1;
        there.last = value;
        there.last_step = step;
        if (value !== null) {
            there.least = Math.min(there.least ?? value, value);
            there.most = Math.max(there.most ?? value, value);
        }
        there.steps.push(step);
        there.values.push(value);
    }

    all(thinned: boolean): Series[] {
        const sorted = [...this.#series.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
        return thinned ? sorted.map(band) : sorted;
    }
}

function band(series: Series): Series {
    if (series.count < 50) return series;
    const near = (part: number) => series.values.map((value) => (value === null ? null : value * part));
    return { ...series, count: series.count * 100, least_near: near(0.9), most_near: near(1.1) };
}

function fakeRun(shape: TrainingShape, index: number, random: Random): TrainingRun {
    const figures = new Figures();
    const noise = (size: number) => (random.unit() - 0.5) * size;
    const better = 1 + index * 0.15;
    const all = shape.sft + shape.rl;
    const evaluate = (step: number) => {
        const learnt = step / all;
        figures.put(step, "eval/cot think=256/accuracy", Math.min(0.9, 0.02 + 0.45 * learnt * better + noise(0.03)));
        figures.put(step, "eval/pdr:16 think=48/accuracy", Math.min(0.95, 0.01 + 0.6 * learnt ** 0.8 * better + noise(0.03)));
        figures.put(step, "eval/pdr:16 think=48/b_seq", 410 - 40 * learnt);
    };
    evaluate(0);
    for (let step = 1; step <= shape.sft; step += 1) {
        const loss = 0.3 + 5.4 * Math.exp(-step / (shape.sft / 6)) / better;
        figures.put(step, "loss", loss + noise(0.1));
        kKinds.forEach((kind, at) => figures.put(step, `loss/${kind}`, loss * (0.7 + at * 0.12) + noise(0.1)));
        figures.put(step, "actor/grad_norm", 3 * Math.exp(-step / 100) + 0.3 + noise(0.2));
        figures.put(step, "actor/lr", 3e-3 * Math.min(1, step / 50) * (1 - (0.9 * step) / shape.sft));
        figures.put(step, "time/tokens_per_s", 3900 + noise(500));
        if (step % Math.ceil(shape.sft / 8) === 0) evaluate(step);
    }
    for (let step = shape.sft + 1; step <= all; step += 1) {
        const learnt = (step - shape.sft) / shape.rl;
        for (const [arm, from] of [["trace", 0.3], ["op", 0.25]] as const) {
            const right = Math.min(0.95, from + 0.4 * learnt * better + noise(0.15));
            figures.put(step, `${arm}/accuracy`, right);
            figures.put(step, `${arm}/reward/mean`, 2 * right - 1);
            figures.put(step, `${arm}/response_length/mean`, 60 + 50 * learnt + noise(10));
            figures.put(step, `${arm}/response_length/clip_ratio`, 0.4 - 0.2 * learnt + noise(0.05));
            figures.put(step, `${arm}/frac_reward_zero_std`, 0.2 + noise(0.1));
            figures.put(step, `${arm}/failed`, 0);
        }
        figures.put(step, "actor/entropy", 0.8 - 0.4 * learnt + noise(0.05));
        figures.put(step, "actor/grad_norm", step % 97 === 0 ? null : 0.4 + (step % 41 === 0 ? 30 : 0) + noise(0.2));
        figures.put(step, "actor/lr", 3e-4);
        figures.put(step, "cispo/ratio_mean", 1 + noise(0.01));
        figures.put(step, "cispo/ratio_max", 2 + 90 * random.unit() ** 6);
        figures.put(step, "cispo/clamped", 0.01 + noise(0.005));
        figures.put(step, "rollout_train_logprob_diff", 1e-5 + noise(1e-6));
        figures.put(step, "rollout_train_logprob_diff_max", 1e-3 + noise(1e-4));
        figures.put(step, "time/rollout_tokens_per_s", 9000 + noise(900));
        figures.put(step, "time/learn_tokens_per_s", 5200 + noise(500));
        figures.put(step, "time/rollout_s", 21 + noise(3));
        for (let at = 0; at < (shape.extra ?? 0); at += 1) figures.put(step, `own/figure_${at}`, at * learnt);
        if (step % Math.ceil(shape.rl / 8) === 0) evaluate(step);
    }
    const label = shape.hostile?.[index % shape.hostile.length] ?? ["base", "long-trace", "no-op"][index] ?? `run-${index}`;
    const phases = [{ name: "sft", from: 0, to: shape.sft }, { name: "rl", from: shape.sft + 1, to: all }];
    return {
        label,
        folder: `runs/${label}`,
        rollouts: `runs/${label}/rollouts.db`,
        model: shape.ended === false ? null : `runs/${label}/model.gguf`,
        rows: all + 1,
        last_step: all,
        phases: phases.filter((phase) => phase.from <= phase.to),
        series: figures.all(shape.thinned ?? false),
        config: shape.hostile ? `${shape.hostile.join("\n")}\n` : "seed = 0\nsft.steps = 300\nrl.steps = 200\n",
    };
}

export function fakeTraining(shape: TrainingShape): Report {
    const random = new Random(7);
    const runs = Array.from({ length: shape.runs }, (_, index) => fakeRun(shape, index, random));
    const data: TrainingData = {
        version: 1,
        kind: "training",
        program: "retort 0.0.0 (made-up data)",
        date: "2026-11-26T13:05:00Z",
        title: `Training: ${runs.map((run) => run.label).join(", ")}`,
        headline: "After step 500: cot think=256 46.1 %, pdr:16 think=48 61.2 % of the test problems right; at step 0: 1.9 %, 1.4 %",
        warnings: [],
        runs,
    };
    if (shape.ended === false) {
        data.warnings.push({ kind: "unfinished", text: `Not ended: it is at step ${shape.sft + shape.rl} and has written no model`, runs: [0] });
        data.warnings.push({ kind: "difference", text: "Sampler and trainer differed by 0.021 in log-probability on average at step 412", runs: [0] });
    }
    return { data, samples: [] };
}
