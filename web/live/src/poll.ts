// Asks again and again, never twice at once.

export class Poll {
    readonly #ask: () => Promise<number>; // in how many ms to ask again; Infinity: not any more
    #timer: ReturnType<typeof setTimeout> | undefined;
    #asking = false;
    #again = false; // asked for while asking
    #stopped = false;

    constructor(ask: () => Promise<number>) {
        this.#ask = ask;
        document.addEventListener("visibilitychange", this.#seen);
    }

    now(): void {
        clearTimeout(this.#timer);
        if (this.#asking) this.#again = true;
        else if (!this.#stopped) void this.#go();
    }

    stop(): void {
        this.#stopped = true;
        clearTimeout(this.#timer);
        document.removeEventListener("visibilitychange", this.#seen);
    }

    readonly #seen = () => {
        if (!document.hidden) this.now();
    };

    async #go(): Promise<void> {
        this.#asking = true;
        this.#again = false;
        const wait_ms = await this.#ask();
        this.#asking = false;
        if (this.#stopped || (wait_ms === Infinity && !this.#again)) return;
        this.#timer = setTimeout(() => void this.#go(), this.#again ? 0 : wait_ms);
    }
}
