// What the page knows of the gateway: asked for every second, kept within bounds.
import { ApiFailure, type Api } from "./api";
import { kVersion, type Finished, type Point, type State } from "./contract";
import { Poll } from "./poll";

export const kKept_s = 600;
const kMostFinished = 10_000;
const kMostError = 400;
const kCalm_ms = 1000;
const kBusy_ms = 500;
const kSlow_ms = 5000;

export interface Trouble {
    since_ms: number;
    message: string;
}

export interface LiveEvents {
    state: (state: State) => void;
    finished: (fresh: readonly Finished[]) => void; // newest first
    forgotten: () => void; // the gateway is another one: what it said before no longer holds
    trouble: (trouble: Trouble | null) => void;
    keyWanted: (wrong: boolean) => void;
}

export function bounded(one: Finished): Finished {
    return one.error.length <= kMostError ? one : { ...one, error: `${one.error.slice(0, kMostError)}…` };
}

export class Live {
    readonly #api: Api;
    readonly #events: LiveEvents;
    readonly #poll = new Poll(() => this.#ask());
    #started_ms = 0;
    #ahead_ms = 0;
    #since = 0;
    #points: Point[] = [];
    #finished: Finished[] = [];
    #complete = false; // nothing older than #finished is to be had
    #trouble: Trouble | null = null;
    #failures = 0;

    constructor(api: Api, events: LiveEvents) {
        this.#api = api;
        this.#events = events;
    }

    // Oldest first, one a second that had requests.
    get points(): readonly Point[] {
        return this.#points;
    }

    // Newest first, without a gap.
    get finished(): readonly Finished[] {
        return this.#finished;
    }

    get mayHaveOlder(): boolean {
        return !this.#complete && this.#finished.length < kMostFinished;
    }

    // The gateway's clock.
    now_ms(): number {
        return Date.now() + this.#ahead_ms;
    }

    start(): void {
        this.#poll.now();
    }

    addOlder(older: readonly Finished[], more: boolean): void {
        const oldest = this.#finished.at(-1)?.seq ?? Infinity;
        const room = kMostFinished - this.#finished.length;
        this.#finished.push(...older.filter((one) => one.seq < oldest).slice(0, room).map(bounded));
        this.#complete = !more;
    }

    async #ask(): Promise<number> {
        try {
            const state = await this.#api.get<State>(this.#path());
            this.#take(state);
            this.#setTrouble(null);
            this.#failures = 0;
            return this.#pause(state);
        } catch (error) {
            return this.#failed(error);
        }
    }

    // The last second may not have been over when it was told: it is asked for again.
    #path(): string {
        const last = this.#points.at(-1)?.[0] ?? 0;
        return `retort/state?since=${this.#since}&points_since=${Math.max(0, last - 2)}`;
    }

    #pause(state: State): number {
        if (document.hidden) return kSlow_ms;
        return state.in_flight.length > 0 ? kBusy_ms : kCalm_ms;
    }

    #failed(error: unknown): number {
        if (error instanceof ApiFailure && error.status === 401) {
            this.#events.keyWanted(this.#api.hasKey);
            return Infinity; // start() goes on, with a key
        }
        this.#failures += 1;
        const message = error instanceof ApiFailure ? error.message : `what the gateway says cannot be read: ${String(error)}`;
        this.#setTrouble({ since_ms: this.#trouble?.since_ms ?? Date.now(), message });
        return Math.min(kSlow_ms, kCalm_ms * this.#failures);
    }

    #setTrouble(trouble: Trouble | null): void {
        const changed = this.#trouble?.message !== trouble?.message;
        this.#trouble = trouble;
        if (changed) this.#events.trouble(trouble);
    }

    #take(state: State): void {
        if (state.version !== kVersion) throw new ApiFailure("the gateway is of another version than this page; load the page again", 0);
        const another = this.#started_ms !== 0 && state.started_ms !== this.#started_ms;
        this.#started_ms = state.started_ms;
        this.#ahead_ms = state.now_ms - Date.now();
        if (another) {
            this.#forget(); // and ask it from the beginning, next time
        } else {
            this.#takePoints(state);
            this.#takeFinished(state.finished.map(bounded));
        }
        this.#events.state(state);
    }

    #forget(): void {
        this.#since = 0;
        this.#points = [];
        this.#finished = [];
        this.#complete = false;
        this.#events.forgotten();
    }

    #takePoints({ points, now_ms }: State): void {
        const known = new Map(this.#points.map((point) => [point[0], point]));
        for (const point of points) known.set(point[0], point);
        const oldest = now_ms / 1000 - kKept_s;
        this.#points = [...known.values()].filter((point) => point[0] >= oldest).sort((a, b) => a[0] - b[0]);
    }

    #takeFinished(given: readonly Finished[]): void {
        const fresh = given.filter((one) => one.seq > this.#since);
        const newest = fresh[0];
        if (!newest) return;
        // More may have ended than were told: what is older than the gap is asked for when somebody looks.
        const gap = this.#since > 0 && fresh.at(-1)!.seq > this.#since + 1;
        const older = gap ? [] : this.#finished;
        if (gap || this.#since === 0) this.#complete = fresh.at(-1)!.seq <= 1;
        this.#finished = [...fresh, ...older].slice(0, kMostFinished);
        this.#since = newest.seq;
        this.#events.finished(fresh);
    }
}
