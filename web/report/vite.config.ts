import { defineConfig } from "vite";

import { filledWithFakes, oneFile } from "./dev/plugins.ts";

export default defineConfig({
    base: "./",
    plugins: [filledWithFakes(), oneFile()],
    build: {
        target: "es2022",
        cssTarget: ["chrome123", "firefox120", "safari17.5"], // light-dark()
        modulePreload: false,
        assetsInlineLimit: 1_000_000,
        cssCodeSplit: false,
        license: { fileName: "licences.md" },
        rollupOptions: { output: { format: "iife" } },
    },
});
