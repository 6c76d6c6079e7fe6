// Figures as people read them. A true minus sign, a thin gap before units, percent for accuracies.

const kMinus = "\u2212";
const kGap = "\u202f";
export const kNone = "\u2013";

function fixed(value: number, digits: number): string {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", kMinus);
}

export function percent(share: number | null): string {
    return share === null ? kNone : `${fixed(share * 100, 1)}${kGap}%`;
}

export function points(difference: number): string {
    const text = fixed(difference * 100, 1);
    return difference > 0 && Number(text) !== 0 ? `+${text}` : text;
}

export function whole(value: number | null): string {
    return value === null ? kNone : Math.round(value).toLocaleString("en-GB").replace("-", kMinus);
}

export function decimal(value: number | null): string {
    return value === null ? kNone : fixed(value, 2);
}

// Three figures of any size: 0.482, 12.5, 1.2K, 3.0e−4.
export function short(value: number | null): string {
    if (value === null) return kNone;
    const size = Math.abs(value);
    if (size >= 1000) return value < 0 ? `${kMinus}${tokens(size)}` : tokens(size);
    if (size > 0 && size < 0.001) return value.toExponential(1).replaceAll("-", kMinus);
    return String(Number(value.toPrecision(3))).replace("-", kMinus);
}

// 412, 8.2K, 172K, 1.8M
export function tokens(value: number | null): string {
    if (value === null) return kNone;
    if (value < 1000) return String(Math.round(value));
    for (const [unit, size] of [["K", 1e3], ["M", 1e6], ["G", 1e9]] as const) {
        const scaled = value / size;
        if (scaled < 9.95) return `${fixed(scaled, 1)}${unit}`;
        if (scaled < 999.5 || unit === "G") return `${fixed(scaled, 0)}${unit}`;
    }
    return String(value);
}

export function seconds(value: number | null): string {
    if (value === null) return kNone;
    if (value > 0 && value < 0.0995) return `${fixed(value * 1000, 0)}${kGap}ms`;
    if (value < 99.95) return `${fixed(value, 1)}${kGap}s`;
    if (value < 90 * 60) return `${fixed(value / 60, 0)}${kGap}min`;
    return `${fixed(value / 3600, 1)}${kGap}h`;
}

export function count(value: number, one: string, many = `${one}s`): string {
    return `${whole(value)} ${value === 1 ? one : many}`;
}

export function day(date: string): string {
    const parsed = new Date(date);
    if (Number.isNaN(parsed.getTime())) return date;
    return parsed.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

export function shortened(text: string, length: number): string {
    const whole = [...text.slice(0, length * 4)];
    return whole.length <= length ? text.slice(0, length * 4) : `${whole.slice(0, length - 1).join("")}\u2026`;
}
