import { expect, test } from "vitest";
import { identityUnderWay, rostersIn } from "../../../runner/pools/deployment.ts";
import { roster } from "./roster.ts";

const names = (deployment: Parameters<typeof rostersIn>[0]) => [...rostersIn(deployment).keys()];

test("an empty stack has no pools", () => {
  expect(names({})).toEqual([]);
  expect(names({ resources: [] })).toEqual([]);
  expect(names({ resources: [{ urn: "a" }, { outputs: {} }] })).toEqual([]);
});

test("a pool is found in a resource's outputs, in them or one level below", () => {
  const other = roster({ pool: "cpu-pool" });
  const resources = [
    { outputs: { ...roster() } },
    { outputs: { roster: other, bucket: "b", count: 3, nothing: null } },
  ];
  expect(names({ resources })).toEqual(["gpu-pool", "cpu-pool"]);
});

test("what calls itself something else, or has no name, is none", () => {
  const resources = [
    { outputs: { kind: "lido.Other", pool: "x" } },
    { outputs: { kind: "lido.WorkerPool" } },
    {
      outputs: { secret: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" } },
    },
  ];
  expect(names({ resources })).toEqual([]);
});

test("of several rosters of one pool the highest epoch counts, in any order", () => {
  const [old, young] = [{ ...roster({ epoch: 9 }) }, { ...roster({ epoch: 10 }) }];
  expect(rostersIn({ resources: [{ outputs: old }, { outputs: young }] }).get("gpu-pool")).toBe(young);
  expect(rostersIn({ resources: [{ outputs: young }, { outputs: old }] }).get("gpu-pool")).toBe(young);
});

test("a resource that is being deleted no longer counts", () => {
  expect(names({ resources: [{ delete: true, outputs: { ...roster() } }] })).toEqual([]);
});

test("a pool that is being made for the first time is known by what it was asked for", () => {
  const resource = { inputs: { pool: "p", identity: "organization/shop/dev/p" } };
  const pending_operations = [{ type: "creating", resource }];
  expect(identityUnderWay({ pending_operations }, "p")).toBe("organization/shop/dev/p");
  expect(identityUnderWay({ pending_operations }, "q")).toBeUndefined();
  expect(identityUnderWay({ pending_operations: [{ type: "updating", resource }] }, "p")).toBeUndefined();
  expect(identityUnderWay({ pending_operations: null }, "p")).toBeUndefined();
});
