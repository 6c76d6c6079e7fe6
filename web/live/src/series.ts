// Seconds gathered into the points of a line. Pure.
import type { Point } from "./contract";

export const kBin_s = 5;
const kRate_s = 10; // a figure "now" is of so many seconds
const kDelay_s = 60; // delays: of so many

export type Value = number | null; // null: nothing was there to measure

export interface Series {
    requests: Value[]; // a second
    tokens: Value[]; // a second
    in_flight: Value[];
    p50_ms: Value[];
    p99_ms: Value[];
}

function weightedMean(points: readonly Point[], column: 6 | 7): Value {
    const weight = points.reduce((sum, point) => sum + point[1], 0);
    return weight > 0 ? points.reduce((sum, point) => sum + point[1] * point[column], 0) / weight : null;
}

const most = (points: readonly Point[], column: 5 | 7): Value =>
    points.length > 0 ? Math.max(...points.map((point) => point[column])) : null;

const sum = (points: readonly Point[], column: 1 | 4) => points.reduce((total, point) => total + point[column], 0);

// The last `length_s` seconds, oldest first, as far as they are over. Of delays in a stretch: the mean of the seconds' medians, and the
// worst second's 99th percentile.
export function series(points: readonly Point[], now_s: number, length_s: number): Series {
    const bins: Point[][] = Array.from({ length: length_s / kBin_s }, () => []);
    const end = Math.floor(now_s / kBin_s) * kBin_s;
    for (const point of points) bins[Math.floor((point[0] - end + length_s) / kBin_s)]?.push(point);
    let flying = 0; // stays as it was where no request ended
    return {
        requests: bins.map((bin) => sum(bin, 1) / kBin_s),
        tokens: bins.map((bin) => sum(bin, 4) / kBin_s),
        in_flight: bins.map((bin) => {
            const here = most(bin, 5) ?? flying;
            flying = bin.at(-1)?.[5] ?? flying;
            return here;
        }),
        p50_ms: bins.map((bin) => weightedMean(bin, 6)),
        p99_ms: bins.map((bin) => most(bin, 7)),
    };
}

export interface Now {
    requests: number;
    tokens: number;
    p50_ms: Value;
    p99_ms: Value;
}

// Rates of the last 10 s, delays of the last minute.
export function now(points: readonly Point[], now_s: number): Now {
    const end = Math.floor(now_s); // this second is not over
    const recent = points.filter((point) => point[0] >= end - kRate_s && point[0] < end);
    const minute = points.filter((point) => point[0] > now_s - kDelay_s);
    return {
        requests: sum(recent, 1) / kRate_s,
        tokens: sum(recent, 4) / kRate_s,
        p50_ms: weightedMean(minute, 6),
        p99_ms: most(minute, 7),
    };
}

// An axis ends on 1, 2 or 5 times a power of ten, so that it seldom moves.
export function axisEnd(value: number): number {
    if (value <= 0) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= value * 0.999)!;
}

const kTimes_s = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];

// The same for delays, in the steps of a clock.
export function timeAxisEnd(value_ms: number): number {
    const end_s = kTimes_s.find((time) => time * 1000 >= value_ms);
    return end_s === undefined ? Math.ceil(value_ms / 3_600_000) * 3_600_000 : end_s * 1000;
}

// What an SVG path draws: breaks where a value is missing, a dot where one stands alone.
export function linePath(values: readonly Value[], end: number, width: number, height: number): string {
    const x = (at: number) => ((at / Math.max(1, values.length - 1)) * width).toFixed(1);
    const y = (value: number) => (height - (value / end) * height).toFixed(1);
    let path = "";
    let drawing = false;
    values.forEach((value, at) => {
        if (value !== null) path += `${drawing ? "L" : "M"}${x(at)} ${y(value)}`;
        if (value !== null && !drawing) path += "h.01";
        drawing = value !== null;
    });
    return path;
}
