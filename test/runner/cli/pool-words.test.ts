import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Color } from "../../../runner/cli/colors.ts";
import { lineWriter } from "../../../runner/cli/pool-log-lines.ts";
import { remarksOn } from "../../../runner/cli/pool-remarks.ts";
import { type PoolRun, standingOfRun } from "../../../runner/cli/pool-runs.ts";
import { runWords } from "../../../runner/cli/pool-status-words.ts";
import { policyWords, specLines } from "../../../runner/cli/pool-words.ts";
import { parsePool } from "../../../spec/index.ts";
import { temporaryFolder } from "../client/temporary-folder.ts";
import { NOW } from "./stage.ts";

const cli = { stderr: new PassThrough(), paintNotes: (_: Color, text: string) => text };
const linesOf = (text: string): readonly string[] => specLines(parsePool(text, { file: "pool.yaml" }).spec, cli);

test("what check warns of is said at apply too; an infra that is not served is refused there", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "p.yaml");
  writeFileSync(file, "pool: {min_workers: 1, max_workers: 3}\nresources: {infra: aws}\nrun: x\n");
  expect(await remarksOn(folder.path, file)).toEqual([
    expect.stringMatching(/^Warning: .*p\.yaml:3:1: `run` is ignored: /),
    expect.stringMatching(/^Warning: .*p\.yaml:1:24: autoscaling is not served yet: /),
  ]);
});

describe("the spec in words", () => {
  test.each([
    [{ min: 3, max: 3 }, "Fixed-size (3 workers)"],
    [{ min: 1, max: 1 }, "Fixed-size (1 worker)"],
    [{ min: 0, max: 10, queueLengthThreshold: 1 }, "Autoscaling from 0 to 10 workers (queue threshold: 1)"],
    [{ min: 2, max: 4 }, "Autoscaling from 2 to 4 workers"],
  ])("%j is %s", (size, words) => {
    expect(policyWords(size)).toBe(words);
  });

  test("what a worker has", () => {
    expect(
      linesOf("pool: {workers: 3}\nresources: {cpus: 4+, memory: 16, accelerators: 'L4:1', use_spot: true}"),
    ).toEqual([
      "Pool spec:",
      "Worker policy:  Fixed-size (3 workers)",
      "",
      "Each pool worker will use the following resources (estimated):",
      "Considered resources (1 node):",
      "INFRA        INSTANCE  vCPUs  Mem(GB)  GPUS  COST ($)  CHOSEN",
      "local[Spot]  -         4+     16       L4:1  0.00      \u2714",
      "",
    ]);
    expect(linesOf("pool: {workers: 1}").slice(6)).toEqual([
      "local  -         all    all      -     0.00      \u2714",
      "",
    ]);
    const either = "pool: {workers: 1}\nresources: {infra: local, accelerators: {H100: 1, H200: 1}}";
    expect(linesOf(either).slice(6)).toEqual([
      "local  -         all    all      H100:1  0.00      \u2714",
      "local  -         all    all      H200:1  0.00",
      "",
    ]);
    expect(linesOf("pool: {workers: 1}\nresources: {infra: aws, instance_type: m6i.large}").slice(6)).toEqual([
      "aws    m6i.large  all    all      -     -         \u2714",
      "",
    ]);
  });
});

describe("the last change of a pool", () => {
  const run: PoolRun = { pool: "p", action: "apply", pid: process.pid, beganAt: NOW - 65_000, log: "/l/p.log" };
  const ended = (how: "succeeded" | "failed" | "stopped", why = ""): PoolRun => ({
    ...run,
    end: { at: NOW - 12_000, how, why },
  });

  test.each([
    [ended("succeeded"), []],
    [
      ended("failed", "p-1: setup ended with exit code 7."),
      ["p: the last lido pool apply failed 12s ago: p-1: setup ended with exit code 7.", "Its log: /l/p.log"],
    ],
    [ended("stopped"), ["p: the last lido pool apply was stopped 12s ago. Give it again to finish it."]],
    [
      { ...run, pid: 2 ** 22 + 1, beganAt: Date.now() },
      ["p: the last lido pool apply was killed. Give it again to finish it. Its log: /l/p.log"],
    ],
  ])("%# in words", (told, words) => {
    expect(runWords(told, NOW)).toEqual(words);
  });

  test("a living process is under way, but not from before the machine was started", () => {
    expect(standingOfRun({ ...run, beganAt: Date.now() })).toBe("under way");
    expect(standingOfRun({ ...run, beganAt: 1 })).toBe("killed");
  });
});

test("lines come whole, whatever the pieces", () => {
  const lines: string[] = [];
  const writer = lineWriter((line) => lines.push(line.toString()));
  for (const piece of ["on", "e\ntw", "o\n\nthr", "ee"]) writer.write(Buffer.from(piece));
  expect(lines).toEqual(["one", "two", ""]);
  writer.end();
  writer.end();
  expect(lines).toEqual(["one", "two", "", "three"]);
});
