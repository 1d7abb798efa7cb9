import { expect, test } from "vitest";
import { cordonReason, parseCordon } from "../../provider/cordon.ts";
import { generationFor, rosterWorkers } from "../../provider/roster.ts";

test("a generation grows with each new kind of worker and is kept by the newest", () => {
  expect(generationFor("a", [])).toBe(1);
  expect(generationFor("a", [{ fingerprint: "a", generation: 3 }])).toBe(3);
  expect(generationFor("b", [{ fingerprint: "a", generation: 3 }])).toBe(4);
});

test("going back in the middle of a roll is a new generation, above both", () => {
  const seen = [
    { fingerprint: "a", generation: 1 },
    { fingerprint: "b", generation: 2 },
  ];
  expect(generationFor("b", seen)).toBe(2);
  expect(generationFor("a", seen)).toBe(3);
});

test("a cordon of the pool is told from one of the user, and says since when", () => {
  const since = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect(cordonReason("replaced", since)).toBe("lido: a newer worker takes its place, since 2026-01-02T03:04:05.000Z");
  expect(parseCordon(cordonReason("surplus", since))).toEqual({ by: "pool", since });
  expect(parseCordon("fan is broken, since Monday")).toEqual({ by: "user" });
  expect(parseCordon("")).toEqual({ by: "nobody" });
});

test("a worker whose machine is silent is told with its address, and why", () => {
  const marker = { identity: "o/p/s/p", id: 2, name: "p-2", generation: 1, fingerprint: "a" };
  const address = { host: "10.0.0.2", port: 22, hostKey: "ssh-ed25519 AAAA", user: "me" };
  const capacity = { cpus: 1, memoryGiB: 2, diskGiB: 3, accelerators: {} };
  const reason = "Cannot reach 10.0.0.2";
  const machine = { marker, capacity, hourlyCost: 0, silence: { address, reason } };
  const ref = { id: 2, name: "p-2", fingerprint: "a", generation: 1 };
  const worker = { ...ref, phase: "unknown", busy: 0, cordon: { by: "nobody" } } as const;
  const told = rosterWorkers([{ worker, machine, readyAt: 0, reason }], { fingerprint: "a", generation: 1 });
  const rest = { ...ref, state: "FAILED", capacity, hourlyCost: 0, readyAt: 0, reason };
  expect(told).toEqual([{ ...address, ...rest }]);
});
