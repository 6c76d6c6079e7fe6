// The way to the gateway that served this page, with the visitor's key where one is needed.

const kKeyName = "retort-key";
const kPatience_ms = 10_000;

export class ApiFailure extends Error {
    constructor(
        message: string,
        readonly status: number, // 0: nobody answered
    ) {
        super(message);
    }
}

function kept(): string {
    try {
        return sessionStorage.getItem(kKeyName) ?? "";
    } catch {
        return "";
    }
}

function keep(key: string): void {
    try {
        if (key) sessionStorage.setItem(kKeyName, key);
        else sessionStorage.removeItem(kKeyName);
    } catch {
        return; // the key lasts as long as the page
    }
}

// {"error": {"message"}}, or whatever else came.
export function messageOf(body: unknown): string {
    const error = (body as { error?: unknown } | null)?.error;
    if (typeof error === "string") return error;
    const message = (error as { message?: unknown } | undefined)?.message;
    return typeof message === "string" ? message : "";
}

async function failureOf(reply: Response): Promise<ApiFailure> {
    const body: unknown = await reply.json().catch(() => null);
    return new ApiFailure(messageOf(body) || `the gateway answered with status ${reply.status}`, reply.status);
}

export class Api {
    #key = kept();

    get hasKey(): boolean {
        return this.#key !== "";
    }

    setKey(key: string): void {
        this.#key = key;
        keep(key);
    }

    // Throws ApiFailure. `path` is relative, so that the gateway may stand behind a prefix.
    async get<T>(path: string): Promise<T> {
        const reply = await this.#fetch(path, { signal: AbortSignal.timeout(kPatience_ms) });
        try {
            return (await reply.json()) as T;
        } catch {
            throw new ApiFailure("the reply broke off", 0);
        }
    }

    // The reply as it comes. Throws ApiFailure, or AbortError when `signal` says so.
    async post(path: string, body: unknown, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
        const all = { "Content-Type": "application/json", ...headers };
        return this.#fetch(path, { method: "POST", body: JSON.stringify(body), headers: all, signal });
    }

    async #fetch(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
        const headers = { ...init.headers, ...(this.#key ? { Authorization: `Bearer ${this.#key}` } : {}) };
        const reply = await fetch(path, { ...init, headers, cache: "no-store" }).catch((error: unknown) => {
            if ((error as Error).name === "AbortError") throw error;
            throw new ApiFailure("the gateway does not answer", 0);
        });
        if (!reply.ok) throw await failureOf(reply);
        return reply;
    }
}
