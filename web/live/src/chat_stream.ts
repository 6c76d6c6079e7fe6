// A streamed reply of /v1/chat/completions.
import { messageOf } from "./api";

export interface Usage {
    b_seq: number;
    b_total: number;
    calls: number;
}

export interface StreamEvents {
    reasoning: (text: string) => void;
    content: (text: string) => void;
    usage: (usage: Usage) => void;
}

// Data of events, whole ones only, whatever pieces they come in.
export class EventLines {
    #rest = "";

    take(text: string): string[] {
        const lines = (this.#rest + text).split(/\r?\n/);
        this.#rest = lines.pop() ?? "";
        return lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim());
    }
}

interface Chunk {
    choices?: { delta?: { content?: unknown; reasoning_content?: unknown } }[];
    usage?: { total_tokens?: unknown; retort?: Partial<Usage> } | null;
    retort?: Partial<Usage>;
    error?: unknown;
}

// Of a request that was handed on, one call is all there is: its tokens are both budgets.
export function usageOf({ usage, retort }: Chunk): Usage | null {
    const own = usage?.retort ?? retort;
    if (own) return { b_seq: Number(own.b_seq ?? 0), b_total: Number(own.b_total ?? 0), calls: Number(own.calls ?? 0) };
    if (typeof usage?.total_tokens !== "number") return null;
    return { b_seq: usage.total_tokens, b_total: usage.total_tokens, calls: 1 };
}

// Throws with the message of an error that the stream tells.
export function take(data: string, events: StreamEvents): void {
    if (data === "" || data === "[DONE]") return;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw new Error(messageOf(chunk) || "the gateway told an error without a message");
    const delta = chunk.choices?.[0]?.delta;
    if (typeof delta?.reasoning_content === "string") events.reasoning(delta.reasoning_content);
    if (typeof delta?.content === "string") events.content(delta.content);
    const usage = usageOf(chunk);
    if (usage) events.usage(usage);
}

export async function readStream(reply: Response, events: StreamEvents): Promise<void> {
    const lines = new EventLines();
    const decoder = new TextDecoder();
    const reader = reply.body!.getReader();
    let last = "";
    try {
        for (;;) {
            const { done, value } = await reader.read();
            const data = lines.take(done ? `${decoder.decode()}\n` : decoder.decode(value, { stream: true }));
            for (const one of data) {
                take(one, events);
                last = one;
            }
            if (done) break;
        }
    } finally {
        void reader.cancel().catch(() => {});
    }
    if (last !== "[DONE]") throw new Error("the stream broke off");
}
