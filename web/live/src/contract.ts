// What the gateway says to this page, as JSON. All strings are foreign: models, clients and files write them.
//
//     GET retort/state?since=SEQ&points_since=SECOND    State; of `finished` those past `since`, at most 500, newest first
//     GET retort/history?query=TEXT&before=SEQ&limit=N  History
//     GET retort/runs/ID                                Run; 404: it is no longer kept
//     GET v1/models, POST v1/chat/completions           as OpenAI's
//
// 401 from any of them: a key is needed, or another one.

export type LaneState = "waiting" | "running" | "done" | "failed";
export type Ending = "done" | "failed" | "hung_up";

export interface LaneBrief {
    state: LaneState;
    tokens: number; // generated
}

export interface InFlight {
    id: string;
    operator: string; // empty: handed on to its model as it came
    model: string;
    key: string; // name of the client's key; empty: there are no keys
    begun_ms: number;
    phase: string; // "round 1 of 2"
    lanes: LaneBrief[];
    b_seq: number;
    b_total: number;
    calls: number;
}

export interface Finished {
    seq: number; // in the order of ending, from 1
    id: string;
    operator: string;
    model: string;
    key: string;
    begun_ms: number;
    seconds: number;
    status: Ending;
    b_seq: number;
    b_total: number;
    calls: number;
    failed_calls: number;
    error: string;
}

export interface UpstreamState {
    name: string;
    state: "up" | "probing" | "down";
    in_flight: number;
    failures: number;
    trouble: string;
    weight: number;
}

// Second since 1970, requests that ended in it, of them runs, of them failed, tokens, in flight, p50 and p99 in ms.
export type Point = [number, number, number, number, number, number, number, number];

export interface State {
    version: number;
    now_ms: number;
    started_ms: number;
    keys: boolean;
    content: boolean; // whether this key may see texts
    in_flight: InFlight[];
    in_flight_count?: number; // where more are in flight than are listed
    finished: Finished[];
    upstreams: UpstreamState[];
    points: Point[];
}

export interface History {
    finished: Finished[];
    more: boolean;
}

export interface Lane extends LaneBrief {
    text: string;
    reasoning: string;
    seconds?: number;
}

export interface Draft extends Lane {
    index: number;
    answer: string | null;
}

export interface WorkspaceState {
    text: string;
    tokens: number;
    truncated: boolean;
    sources: string[]; // "r1.d0"
}

export interface RoundState {
    round: number;
    drafts: Draft[];
    workspaces: WorkspaceState[];
}

export interface Run {
    id: string;
    operator: string;
    model: string;
    begun_ms: number;
    finished: boolean;
    status: Ending | "running";
    phase?: string;
    seconds?: number;
    error: string;
    question: string;
    rounds: RoundState[];
    final: Lane | null;
    answer: string | null;
    budget: { b_seq: number; b_total: number; calls: number; failed_calls: number };
    content: boolean;
}

export const kVersion = 1;
