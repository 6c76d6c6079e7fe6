// What the grid shows: which problems in which order, which runs and samples, by the filters.
import type { Problem, ReportData, Run } from "./data";
import { stateAt, type State } from "./states";

export const kWholeRun = -1;
const kMostColumns = 96; // beyond this, one cell a run

export interface GridColumn {
    run: number;
    sample: number; // kWholeRun: all of the run's samples in one cell
}

export interface Filters {
    runs: readonly number[]; // shown, indices
    states: string; // letters; empty: all
    query: string;
    order: "suite" | "hardest" | "easiest";
}

export interface GridView {
    rows: readonly number[]; // indices into problems
    columns: readonly GridColumn[];
}

// Problem -> row of the run's grid, for every run; -1 where the run has it not.
export function rowIndex(data: ReportData): readonly Int32Array[] {
    return data.runs.map((run) => {
        const rows = new Int32Array(data.problems.length).fill(-1);
        run.grid.rows.forEach((problem, row) => {
            rows[problem] = row;
        });
        return rows;
    });
}

function columnsOf(data: ReportData, runs: readonly number[]): GridColumn[] {
    const width = (index: number) => data.runs[index]?.grid.columns ?? 0;
    const total = runs.reduce((sum, run) => sum + width(run), 0);
    if (runs.length > 1 && total > kMostColumns) return runs.map((run) => ({ run, sample: kWholeRun }));
    return runs.flatMap((run) => Array.from({ length: width(run) }, (_, sample) => ({ run, sample })));
}

function* statesOf(run: Run, row: number): Generator<State> {
    for (let sample = 0; row >= 0 && sample < run.grid.columns; sample += 1) yield stateAt(run, row, sample);
}

export interface Tally {
    right: number;
    run: number; // samples that were run
}

export function tally(run: Run, row: number): Tally {
    const out = { right: 0, run: 0 };
    for (const state of statesOf(run, row)) {
        if (state !== ".") out.run += 1;
        if (state === "r") out.right += 1;
    }
    return out;
}

function found(problem: Problem, query: string): boolean {
    return [problem.id, problem.text, problem.reference ?? "", problem.source ?? "", problem.kind].some((text) =>
        text.toLowerCase().includes(query));
}

// Which of a run's different answers hold the query; a row with one of them is shown too.
function answersWith(run: Run, query: string): Set<number> {
    const out = new Set<number>();
    run.grid.answers.forEach((answer, index) => {
        if (answer.toLowerCase().includes(query)) out.add(index);
    });
    return out;
}

function answered(run: Run, row: number, wanted: Set<number>): boolean {
    if (wanted.size === 0 || row < 0) return false;
    const begin = row * run.grid.columns;
    return run.grid.answer.slice(begin, begin + run.grid.columns).some((answer) => wanted.has(answer));
}

function difficulty(data: ReportData, index: readonly Int32Array[], runs: readonly number[], problem: number): number {
    const sum = { right: 0, run: 0 };
    for (const run of runs) {
        const one = tally(data.runs[run]!, index[run]![problem]!);
        sum.right += one.right;
        sum.run += one.run;
    }
    return sum.run > 0 ? sum.right / sum.run : Number.POSITIVE_INFINITY;
}

export function gridView(data: ReportData, index: readonly Int32Array[], filters: Filters): GridView {
    const query = filters.query.trim().toLowerCase();
    const wanted = new Map(filters.runs.map((run) => [run, query ? answersWith(data.runs[run]!, query) : new Set<number>()]));
    const rowOf = (run: number, problem: number) => index[run]![problem]!;
    const shown = (problem: number) =>
        filters.runs.some((run) => rowOf(run, problem) >= 0) &&
        (!query ||
            found(data.problems[problem]!, query) ||
            filters.runs.some((run) => answered(data.runs[run]!, rowOf(run, problem), wanted.get(run)!))) &&
        (!filters.states ||
            filters.runs.some((run) =>
                [...statesOf(data.runs[run]!, rowOf(run, problem))].some((state) => filters.states.includes(state))));
    const rows = data.problems.map((_, problem) => problem).filter(shown);
    if (filters.order !== "suite") {
        const hard = new Map(rows.map((problem) => [problem, difficulty(data, index, filters.runs, problem)]));
        const sign = filters.order === "hardest" ? 1 : -1;
        rows.sort((a, b) => sign * (hard.get(a)! - hard.get(b)!) || a - b);
    }
    return { rows, columns: columnsOf(data, filters.runs) };
}
