// Tables as CSV (RFC 4180) and the saving of files.

export type CsvValue = string | number | boolean | null;

// A spreadsheet would run text that begins like a formula; it gets a quote in front. Plain numbers stay as they are.
function harmless(text: string): string {
    const number = /^[+-]?\d+(\.\d+)?$/;
    return /^[=+\-@\t\r]/.test(text) && !number.test(text) ? `'${text}` : text;
}

function field(value: CsvValue): string {
    if (value === null) return "";
    const text = typeof value === "string" ? harmless(value) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(header: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
    return [header, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

export function save(name: string, type: string, content: string): void {
    const link = document.createElement("a");
    const address = URL.createObjectURL(new Blob([content], { type }));
    link.href = address;
    link.download = name;
    link.click();
    // The browser reads the blob after the click is handled.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
