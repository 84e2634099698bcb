import { describe, expect, it } from "vitest";
import { ContractError } from "@/lib/contract";
import { fromApi } from "./model";

const answer = {
  id: "0190b6a0-0000-7000-8000-000000000001",
  title: "Espresso machine",
  quantity: 2,
  status: "pending",
  created_at: "2026-01-02T03:04:05Z",
  confirmed_at: null,
};

describe("fromApi", () => {
  it("turns the API's answer into the page's type", () => {
    expect(fromApi(answer)).toEqual({
      id: answer.id,
      title: "Espresso machine",
      quantity: 2,
      status: "pending",
      createdAt: "2026-01-02T03:04:05Z",
      confirmedAt: null,
    });
  });

  it.each([
    ["an unknown status", { status: "lost" }],
    ["a quantity in words", { quantity: "two" }],
    ["a missing id", { id: undefined }],
    ["a date that is none", { created_at: "yesterday" }],
  ])("refuses %s", (_, change) => {
    expect(() => fromApi({ ...answer, ...change })).toThrow(ContractError);
  });
});
