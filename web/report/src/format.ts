// Figures of reports, as people read them.
import { percent, seconds, tokens } from "../../common/format";
import type { Axis, Estimate } from "./data";

export * from "../../common/format";

// "3.1 to 11.6", in the unit of the figure that it stands beside.
export function interval(estimate: Estimate, show: (value: number) => string = percent): string {
    if (estimate.lo === null || estimate.hi === null) return "";
    return `${show(estimate.lo).replace(/\u202f%$/, "")} to ${show(estimate.hi).replace(/\u202f%$/, "")}`;
}

export const kAxes: Record<Axis, { name: string; label: string; help: string; show: (value: number) => string }> = {
    b_seq: {
        name: "B_seq",
        label: "B_seq, tokens on the longest path to the answer",
        help: "the heaviest path of calls to the answer, tokens in and out: what one waits for",
        show: tokens,
    },
    b_total: {
        name: "B_total",
        label: "B_total, tokens of all calls",
        help: "all calls together, failed and cancelled ones too: what one pays for",
        show: tokens,
    },
    b_seq_nominal: {
        name: "nominal",
        label: "nominal B_seq, sequential calls × thinking budget",
        help: "sequential calls times the thinking budget of each: the paper's axis",
        show: tokens,
    },
    wall_s: { name: "seconds", label: "seconds a sample", help: "measured time from problem to answer", show: seconds },
};
