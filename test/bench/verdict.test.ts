import { expect, test } from "vitest";
import { CLAIMS } from "../../bench/claims.ts";
import type { Row } from "../../bench/figure.ts";
import { ROWS } from "../../bench/readme-rows.ts";
import { overclaimed, verdict } from "../../bench/verdict.ts";

const claims = [{ figure: "Lido beside a peer", ratio: 1.5 }];
const measured = (median: number): Row => ({ name: "  Lido beside a peer", unit: "x", median, samples: 3 });

test("half of a claim still holds, and less does not", () => {
  expect(verdict([measured(0.75)], claims)).toEqual({ failures: [], skipped: [] });
  expect(verdict([measured(0.749)], claims)).toEqual({
    failures: ["Lido beside a peer: 0.75, less than half of the 1.5 that README claims"],
    skipped: [],
  });
});

test("what was not measured is skipped by its name, with the reason where there is one", () => {
  const reason = "not installed; on Debian as root: apt-get install parallel";
  expect(verdict([{ name: "Lido beside a peer", missing: reason }], claims).skipped).toEqual([
    `Lido beside a peer: ${reason}`,
  ]);
  expect(verdict([], claims)).toEqual({ failures: [], skipped: ["Lido beside a peer: its peer was not measured"] });
});

test("an absolute time is never judged", () => {
  const slow: Row = { name: "Lido beside a peer", unit: "ms", median: 9000, samples: 3 };
  expect(verdict([slow], claims).failures).toEqual([
    "Lido beside a peer: is no ratio, so nothing can be claimed of it",
  ]);
});

test("a claim above what was measured is told when README is written", () => {
  expect(overclaimed([measured(1.5)], claims)).toEqual([]);
  expect(overclaimed([], claims)).toEqual([]);
  expect(overclaimed([measured(1.2)], claims)).toEqual([
    "Lido beside a peer: bench/claims.ts says 1.5, and the run measured 1.20; write what was measured",
  ]);
});

test("each claim is a row of README's table", () => {
  const rows = new Set(ROWS.map(({ figure }) => figure));
  for (const { figure, ratio } of CLAIMS) {
    expect(rows).toContain(figure);
    expect(ratio).toBeGreaterThan(0);
  }
});
