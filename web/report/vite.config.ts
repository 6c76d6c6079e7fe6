import { defineConfig } from "vite";

import { filledWithFakes, oneFile } from "./dev/plugins";

export default defineConfig({
    base: "./",
    plugins: [filledWithFakes(), oneFile()],
    build: {
        target: "es2022",
        modulePreload: false,
        assetsInlineLimit: 1_000_000,
        cssCodeSplit: false,
        license: { fileName: "licences.md" },
        rollupOptions: { output: { format: "iife" } },
    },
});
