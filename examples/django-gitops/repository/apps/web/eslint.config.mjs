import { defineConfig, globalIgnores } from "eslint/config";
import nextCoreWebVitals from "eslint-config-next/core-web-vitals";
import nextTypeScript from "eslint-config-next/typescript";

export default defineConfig([
  globalIgnores([".next/**", "next-env.d.ts"]),
  ...nextCoreWebVitals,
  ...nextTypeScript,
  {
    rules: {
      eqeqeq: "error",
      "no-console": ["error", { allow: ["error", "warn"] }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
]);
