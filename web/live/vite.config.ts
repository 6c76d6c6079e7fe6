import { defineConfig } from "vite";

import { oneFile, overFakes } from "./dev/plugins.ts";

export default defineConfig({
    base: "./",
    plugins: [overFakes(), oneFile()],
    server: { fs: { allow: [".."] } },
    build: {
        target: "es2022",
        cssTarget: ["chrome123", "firefox120", "safari17.5"], // light-dark()
        modulePreload: false,
        assetsInlineLimit: 1_000_000,
        cssCodeSplit: false,
        rollupOptions: { output: { format: "iife" } },
    },
});
