import { expect, test } from "vitest";
import { cordonReason, parseCordon } from "../../provider/cordon.ts";
import { generationFor } from "../../provider/roster.ts";

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
