// The live page of the real program in a real browser, in a few seconds: the page loads, one request streams through, its run shows.
import assert from "node:assert/strict";
import { test } from "node:test";

import { launch } from "./browser.mjs";
import { Gateway, ask, openLive } from "./gateway.mjs";

test("the page loads, one request streams through, its run shows, and nothing is complained about", { timeout: 60_000 }, async () => {
    const gateway = await new Gateway().start();
    const browser = await launch();
    try {
        const { page, complaints } = await openLive(browser, gateway);
        await page.getByText("No request yet").waitFor();
        const reply = await ask(gateway, "pdr:4,2");
        assert.ok(reply.whole && reply.pieces > 1 && reply.reasoning, JSON.stringify(reply));
        await page.locator(".list-body .past").filter({ hasText: "pdr:4,2" }).click();
        await page.locator(".viewer").getByRole("heading", { name: /Round 2/ }).waitFor();
        const text = await page.locator(".viewer").innerText();
        for (const part of [reply.id, reply.usage.b_seq, /Round 1\s+4 drafts/, /Round 2\s+2 drafts/, "Final"]) {
            assert.ok(part instanceof RegExp ? part.test(text) : text.includes(String(part)), `${part} in ${text}`);
        }
        assert.deepEqual(complaints, []);
    } finally {
        await browser.close();
        await gateway.stop();
    }
});
