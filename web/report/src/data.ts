// The data of a report, version 1: what the program writes and the page shows. Every statistic is computed by the
// program (src/eval); the page only shows, so that page, CSV and JSON never disagree.
//
// How the program fills the template (dist/report.html). It holds these two comments, once each:
//
//   <!--retort-data-->      becomes  <script type="application/json" id="retort-data">DATA</script>
//                           DATA: one ReportData; "<" written as \u003c, so that no text can end the element.
//   <!--retort-details-->   becomes, for each chunk N = 0, 1, ...,
//                           <script type="application/octet-stream+base64" id="details-N">BASE64</script>
//                           BASE64: base64 (standard alphabet, padded, no line breaks) of gzip of the UTF-8 JSON of a
//                           SampleDetail[]. With `details.at` "beside" it becomes nothing, and beside the report lie
//                           files FOLDER/N.js, each: window.retortDetails(N, "BASE64");
//
// Units: tokens and seconds; accuracies, shares and rates are 0..1 (never percent); "points" are percentage points.
// Numbers are finite; what is not known is null. Indices count from 0. Rounds count from 1.
// Text comes from models, files and servers: it is shown as text, never as markup.

// A figure with its 95 % interval; null ends where none can be given (one problem, no samples).
export interface Estimate {
    value: number;
    lo: number | null;
    hi: number | null;
}

export interface ReportData {
    version: 1;
    program: string; // "retort 0.1.0"
    date: string; // when the runs were made (the last of them), ISO 8601, UTC: "2026-11-26T13:05:00Z"
    title: string; // the user's --title, else made of suite and model
    simulated: boolean; // any run is of a simulated model: every chart is badged
    headline: Headline;
    warnings: Warning[]; // beside the headline, the gravest first
    families: Family[]; // in the order in which they are drawn: their colour follows from it
    runs: Run[];
    curves: Curve[]; // one for each axis that has data
    differences: Difference[];
    distillers: DistillerRow[]; // empty: nothing to compare
    workspaces: WorkspaceRow[]; // by kappa; empty: nothing to compare
    signatures: Signature[]; // anchoring collapse, verification failure, context overflow, in this order
    summary_faults: SummaryFaults | null; // null: no run has a distiller that writes
    position: Position | null; // null: nothing to judge by
    problems: Problem[];
    details: Details;
}

export interface Headline {
    text: string; // one sentence: "At B_seq 40K, PDR is 7.4 points above long CoT (3.1 to 11.6)"
    estimate: Estimate | null; // the figure in it: a difference in points / 100, or a mean accuracy
    kind: "difference" | "mean" | "none"; // none: nothing is scored or nothing ran; the text says so
    axis: Axis | null;
    at: number | null; // the budget that the sentence names
}

export interface Warning {
    kind: "simulated" | "truncated" | "failed_calls" | "few_samples" | "estimated" | "unscored" | "unfinished" | "other";
    text: string; // one sentence, with the figure in it
    runs: number[]; // which; empty: all
}

// Methods of one kind, drawn as one line: long CoT, SR, PDR, ...
export interface Family {
    name: string; // "cot", "sr", "pdr", "vote", "best", "rsa", "pacore", "tournament", "own", ...
    label: string; // "long CoT"; where models differ, with the model: "PDR, o3-mini"
    suite: number; // the same for families over the same problems, from 0
}

// One configuration over one suite.
export interface Run {
    id: string;
    label: string; // short and different from all other runs': "pdr:8,4 summary 8K"
    suite: string;
    model: string;
    operator: string; // "pdr:8,4"
    family: number; // index into families
    distiller: string | null;
    k: number | null;
    kappa: number | null; // bound of the workspace in tokens; null: none, or no workspace
    think: number; // thinking budget per call
    temperature: number | null;
    seed: number;
    samples: number; // asked for, per problem
    problems: number;
    landed: number; // samples that have a result; fewer than problems * samples: the run is unfinished
    simulated: boolean;
    scored: boolean; // false: no references, accuracies below are meaningless and not shown

    mean: Estimate; // mean@k over all samples
    pass_at_k: AtK[]; // ascending k, 1 and the number of samples among them
    maj_at_k: AtK[];

    // Means per sample.
    b_seq: number;
    b_total: number;
    b_seq_nominal: number;
    max_call_tokens: number; // longest single call
    wall_s: number;

    cost: Cost; // of the whole run
    truncated: number; // share of calls cut by length
    unanswered: number; // share of samples that ended without an answer
    errors: number; // samples that ended with an error
    shared_calls: number; // calls reused from another run, drawn once; 0 where none

    rounds: RoundPoint[]; // per-round curve; empty for methods of one call
    transitions: Transition[];
    budget_use: BudgetUse[]; // tokens used against the budget, by role
    warnings: string[]; // of the run itself, one line each
    grid: Grid;
}

export interface AtK {
    k: number;
    accuracy: Estimate;
}

export interface Cost {
    calls: number; // completed
    failed_calls: number; // attempts that failed, retried or not
    tokens_in: number;
    tokens_out: number;
    tokens_reasoning: number; // part of tokens_out
    tokens_cached: number; // part of tokens_in
    wall_s: number; // sum over samples
    estimated: boolean; // some figure was not reported by a server or a tokenizer
}

// The drafts of one round, over all samples.
export interface RoundPoint {
    round: number;
    width: number; // drafts asked for (the mean, where a policy decides)
    drafts: Estimate; // accuracy of a draft
    majority: Estimate | null; // accuracy of the round's majority answer
    any: Estimate | null; // share of samples with at least one right draft
    diversity: number | null; // different answers / drafts with an answer, mean over samples
    answered: number; // share of drafts with an answer
    cut: number; // share of drafts cut by length
    b_seq: number | null; // mean tokens on the heaviest path up to here; null: the journal does not tell
    workspace_tokens: number | null; // mean of the workspaces made from these drafts; null: none
    workspace_cut: number | null; // share of them in which something did not fit
}

// Counts of samples between two steps.
export interface Transition {
    from: string; // "round 1", by its majority
    to: string; // "round 2", "final"
    right_right: number;
    right_wrong: number;
    wrong_right: number;
    wrong_wrong: number;
}

export interface BudgetUse {
    role: string; // "round 1 draft", "round 1 distill", "final"
    budget: number; // tokens that one call may write
    mean: number; // tokens that it wrote
    p95: number;
    cut: number; // share cut by length
    calls: number;
}

export type Axis = "b_seq" | "b_total" | "b_seq_nominal" | "wall_s";

export interface Curve {
    axis: Axis;
    families: CurveFamily[];
}

export interface CurveFamily {
    family: number; // index into families
    points: CurvePoint[]; // by ascending x; the line joins them
}

export interface CurvePoint {
    run: number; // index into runs
    x: number; // mean per sample
    accuracy: Estimate;
    pareto: boolean; // on the frontier of this axis, over all families of its suite
    on_frontier: number | null; // how often it is there under the bootstrap, 0..1
}

// Two families at the same budget, between measured points only.
export interface Difference {
    axis: Axis;
    at: number; // budget
    a: number; // families; the difference is a - b
    b: number;
    accuracy_a: number;
    accuracy_b: number;
    difference: Estimate;
    paired_problems: number; // problems that both have
}

export interface DistillerRow {
    distiller: string;
    runs: number[];
    accuracy: Estimate;
    difference: Estimate | null; // to the first row, paired by problem; null in the first
    b_seq: number;
    b_total: number;
    workspace_tokens: number | null;
    workspace_cut: number | null; // share of workspaces in which something did not fit
    oracle: boolean; // looks at the reference: an analysis, not a method
}

export interface WorkspaceRow {
    kappa: number | null; // null: no bound
    k: number | null;
    distiller: string;
    run: number;
    accuracy: Estimate;
    difference: Estimate | null; // to the first row of the same distiller
    b_seq: number;
    workspace_tokens: number | null;
    workspace_cut: number | null;
    note: string; // "too small", "too large" or empty
}

export interface Signature {
    name: "anchoring_collapse" | "verification_failure" | "context_overflow";
    title: string;
    rule: string; // one or two sentences: what is counted
    rate: Estimate | null; // null: cannot be told (no references, no rounds)
    of: string; // what the rate is a share of: "samples whose workspace held a wrong candidate"
    count: number;
    total: number;
    cost: string; // what it cost, a sentence: "those samples are 31 points below the others (24 to 38)"
    facts: Fact[];
    examples: Example[]; // at most a few, the most telling first
}

export interface Fact {
    name: string;
    value: string; // with its unit
}

export interface Example {
    run: number;
    problem: number; // index into problems
    sample: number;
    text: string; // what is seen there, one line; may be empty
    paths: string[]; // calls to look at, "r1.d3"; may be empty
}

export interface SummaryFaults {
    checked: number; // workspaces written by a model
    invented: number; // with an answer that no draft gave
    lost: number; // a right answer among the drafts is not in it
    rule: string;
    examples: Example[];
}

// Whether it matters where in the workspace the right candidate stands, and how long the workspace is.
export interface Position {
    by_place: PlaceRow[];
    by_length: LengthRow[];
}

export interface PlaceRow {
    place: number; // 1: first
    count: number; // readers
    accuracy: Estimate;
}

export interface LengthRow {
    from: number; // tokens, inclusive
    to: number; // exclusive
    count: number;
    accuracy: Estimate;
}

export interface Problem {
    id: string;
    suite: string;
    kind: string; // "math", "countdown", ...
    text: string;
    reference: string | null;
    source: string | null;
}

// A run's samples, row-major: cell = row * columns + sample. All arrays of cells have rows.length * columns entries.
export interface Grid {
    rows: number[]; // indices into problems
    columns: number; // samples
    // One letter a cell: r right, w wrong, n no answer, u answered but not judged, e error, . not run
    states: string;
    b_seq: number[]; // 0 where not run
    // Where the sample's details are: chunk = floor(detail / details.chunk_size), index in it = the rest; -1: none.
    detail: number[];
    answers: string[]; // the different answers, shortened to 80 characters
    answer: number[]; // index into answers; -1: none
}

export interface Details {
    at: "embedded" | "beside" | "none";
    folder: string; // relative to the report, "details"; used with "beside"
    chunk_size: number; // samples in a chunk (the last may have fewer)
    chunks: number;
}

// ---- what is inside a chunk: one element a sample

export type Verdict = "equal" | "different" | "unknown";
export type Finish = "stop" | "length" | "cancelled" | "error";

export interface SampleDetail {
    run: number;
    problem: number;
    sample: number;
    answer: string | null;
    verdict: Verdict | null; // null: not judged
    text: string; // the solution that holds the answer
    error: string | null;
    b_seq: number;
    b_total: number;
    b_seq_nominal: number;
    max_call_tokens: number;
    calls: number;
    failed_calls: number;
    wall_s: number;
    rounds: RoundDetail[];
    final: CallDetail | null; // null: a vote, or it was not reached
    finish_calls: CallDetail[]; // other calls of the finish: judges, matches; else empty
    warnings: string[];
}

export interface RoundDetail {
    round: number;
    width: number;
    stopped_early: boolean;
    drafts: CallDetail[];
    calls: CallDetail[]; // of the distiller: summaries, selections; analyses too
    workspaces: WorkspaceDetail[]; // made from these drafts, for the next step
}

export interface CallDetail {
    path: string; // "r1.d0"
    role: string; // "draft", "distill", "final", ...
    answer: string | null;
    verdict: Verdict | null;
    finish: Finish;
    error: string | null;
    tokens_in: number;
    tokens_out: number;
    tokens_reasoning: number;
    wall_s: number;
    text: string; // the solution
    reasoning: string; // empty: none, or left out
    left_out: number; // bytes of text and reasoning that were left out to bound the report; 0: none
}

export interface WorkspaceDetail {
    text: string;
    tokens: number;
    truncated: boolean;
    distiller: string;
    sources: string[]; // paths of the calls that it was made from
    read_by: string[]; // paths of the calls that read it
    cuts: CutDetail[];
}

export interface CutDetail {
    path: string;
    tokens: number; // of the source
    kept: number; // of them in the workspace; 0: left out
}
