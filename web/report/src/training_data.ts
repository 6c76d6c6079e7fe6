// The data of a page of training runs, version 1: what `retort report RUN` writes. It goes into the same template as a
// report's data (data.ts says how), with no details; `kind` tells them apart.
//
// The program thins curves and computes their ends; the page only shows. Numbers are finite; null: the figure was no
// number there. Text comes from files: it is shown as text, never as markup.

export interface TrainingData {
    version: 1;
    kind: "training";
    program: string; // "retort 0.1.0"
    date: string; // when the figures were last written, ISO 8601, UTC
    title: string; // the user's --title, else made of the runs' labels
    headline: string; // one sentence
    warnings: TrainingWarning[];
    runs: TrainingRun[]; // at least one
}

export interface TrainingWarning {
    kind: "stopped" | "unfinished" | "unreadable" | "difference" | "other";
    text: string;
    runs: number[]; // which
}

export interface TrainingRun {
    label: string; // different from all other runs'
    folder: string;
    rollouts: string | null; // path of the journal of its rollouts; null: it is not there
    model: string | null; // path of what was trained; null: the run has not ended
    rows: number;
    last_step: number;
    phases: Phase[]; // in order
    series: Series[]; // by name
    config: string; // TOML; empty: not there
}

export interface Phase {
    name: string; // "sft", "rl"
    from: number; // steps, both inclusive
    to: number;
}

// One figure over the steps that have it. The vectors are of one length, steps ascending.
export interface Series {
    name: string; // "loss", "op/reward/mean", "eval/cot/accuracy"; as in metrics.jsonl
    count: number; // of rows that have it
    first: number | null; // at the first of them
    last: number | null;
    last_step: number;
    least: number | null; // over all rows
    most: number | null;
    steps: number[];
    values: (number | null)[];
    // Where there are too many rows to show, a point stands for a stretch of steps: `values` are means, these the ends.
    least_near?: (number | null)[];
    most_near?: (number | null)[];
}
