import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      // This marker package throws on import outside Next.js, so tests replace it.
      "server-only": fileURLToPath(new URL("./node_modules/server-only/empty.js", import.meta.url)),
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    sequence: { shuffle: true },
    coverage: {
      include: ["src/**/*.{ts,tsx}"],
      exclude: ["src/**/*.test.{ts,tsx}", "src/lib/api-types.ts"],
      reporter: ["text"],
      reportsDirectory: "/tmp/coverage",
      thresholds: { lines: 90, functions: 85, statements: 90, branches: 80 },
    },
    restoreMocks: true,
    fsModuleCache: false,
    testTimeout: 20_000,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
