// Small seeded randomness for made-up data: the same data on every machine (mulberry32).

export class Random {
    #state: number;

    constructor(seed: number) {
        this.#state = seed >>> 0;
    }

    unit(): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let t = this.#state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    below(bound: number): number {
        return Math.floor(this.unit() * bound);
    }

    chance(probability: number): boolean {
        return this.unit() < probability;
    }

    pick<T>(list: readonly T[]): T {
        return list[this.below(list.length)]!;
    }
}
