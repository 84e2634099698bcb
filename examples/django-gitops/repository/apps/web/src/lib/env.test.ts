import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { EnvironmentError, readEnvironment, VARIABLES } from "./env";

const SERVICE = "web";
// The test image has it elsewhere: `make test` sets ENV_SCHEMA.
const contract = process.env.ENV_SCHEMA ?? "../../config/env.schema.yaml";

type Contract = Record<string, Record<string, { readonly type: string }>>;

describe("the variable contract", () => {
  it("declares exactly the variables that this service reads", () => {
    const { variables } = load(readFileSync(contract, "utf8")) as { variables: Contract };
    const declared = Object.entries(variables[SERVICE] ?? {});
    const types = declared.map(([name, { type }]) => [name, type]);
    expect(Object.fromEntries(types)).toEqual(VARIABLES);
  });
});

describe("readEnvironment", () => {
  it("parses the API URL", () => {
    const environment = readEnvironment({ API_INTERNAL_URL: "http://api:8000" });
    expect(environment.apiInternalUrl.href).toBe("http://api:8000/");
  });

  it.each([undefined, "", "api:8000", "ftp://api", "not an address"])("rejects %o", (value) => {
    expect(() => readEnvironment({ API_INTERNAL_URL: value })).toThrow(EnvironmentError);
  });

  it("omits credentials from the error message", () => {
    const read = () => readEnvironment({ API_INTERNAL_URL: "ftp://user:hunter2@api" });
    expect(read).toThrow(/^API_INTERNAL_URL is not an http\(s\) address$/);
  });
});
