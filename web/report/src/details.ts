// Details of samples: compressed chunks inside the page or in files beside it, unpacked when one is opened.
import type { Details, SampleDetail } from "./data";

const kKept = 6; // chunks that stay unpacked
const kWait_ms = 20_000;

declare global {
    interface Window {
        retortDetails?: (chunk: number, packed: string) => void;
    }
}

function bytes(packed: string): Uint8Array<ArrayBuffer> {
    const binary = atob(packed);
    const out = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) out[i] = binary.charCodeAt(i);
    return out;
}

async function unpack(packed: string): Promise<SampleDetail[]> {
    if (typeof DecompressionStream === "undefined") {
        throw new Error("this browser cannot unpack gzip (DecompressionStream is missing); a newer one can");
    }
    const stream = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text()) as SampleDetail[];
}

function parsed(): Promise<void> {
    if (document.readyState !== "loading") return Promise.resolve();
    return new Promise((resolve) => document.addEventListener("DOMContentLoaded", () => resolve(), { once: true }));
}

async function embedded(chunk: number): Promise<string> {
    const id = `details-${chunk}`;
    if (!document.getElementById(id)) await parsed();
    const packed = document.getElementById(id)?.textContent;
    if (!packed) throw new Error(`the report holds no details ${chunk}; was the file cut short?`);
    return packed.trim();
}

const waiting = new Map<number, (packed: string) => void>();

// Scripts, since a page opened from a file may not read other files in any other way.
function beside(folder: string, chunk: number): Promise<string> {
    window.retortDetails = (arrived, packed) => waiting.get(arrived)?.(packed);
    return new Promise((resolve, reject) => {
        const script = document.createElement("script");
        const address = `${folder}/${chunk}.js`;
        const fail = () => reject(new Error(`${address} could not be read; it must lie beside the report`));
        const timer = setTimeout(fail, kWait_ms);
        waiting.set(chunk, (packed) => {
            clearTimeout(timer);
            resolve(packed);
        });
        script.addEventListener("error", fail);
        script.addEventListener("load", () => script.remove());
        script.src = address;
        document.head.append(script);
    });
}

export class DetailStore {
    readonly #details: Details;
    readonly #chunks = new Map<number, Promise<SampleDetail[]>>();

    constructor(details: Details) {
        this.#details = details;
    }

    has(detail: number): boolean {
        return this.#details.at !== "none" && detail >= 0;
    }

    async sample(detail: number): Promise<SampleDetail> {
        const { chunk_size: size } = this.#details;
        const chunk = await this.#chunk(Math.floor(detail / size));
        const found = chunk[detail % size];
        if (!found) throw new Error(`the report's details ${Math.floor(detail / size)} hold no entry ${detail % size}`);
        return found;
    }

    #chunk(chunk: number): Promise<SampleDetail[]> {
        const there = this.#chunks.get(chunk);
        if (there) return there;
        const { at, folder } = this.#details;
        const loading = (at === "beside" ? beside(folder, chunk) : embedded(chunk)).then(unpack);
        this.#chunks.set(chunk, loading);
        // What failed may be tried again.
        loading.catch(() => this.#chunks.delete(chunk));
        const [oldest] = this.#chunks.keys();
        if (this.#chunks.size > kKept && oldest !== undefined) this.#chunks.delete(oldest);
        return loading;
    }
}
