/** That the checker sees what it is there for, each time one promise broken in an otherwise clean story. */
import { expect, test } from "vitest";
import type { JobRow, JobStatus } from "../../../runner/api.ts";
import type { OnDisconnect } from "../../../spec/index.ts";
import { check } from "./check.ts";
import type { Entry } from "./ledger.ts";

const start = (attempt: number, machine = 1): Entry => ({ kind: "start", job: 1, attempt, machine, pid: 9 });
const end = (attempt: number, code = 0): Entry => ({ kind: "end", job: 1, attempt, code, whole: true });
const dead = (attempt: number): Entry => ({ kind: "dead", job: 1, attempt });
const loss = (machine: number): Entry => ({ kind: "loss", machine });
const over: Entry = { kind: "over", job: 1 };

function row(status: JobStatus, part: Partial<JobRow> = {}): JobRow {
  const base = { id: 1, name: "job", pool: "p", rank: 0, numJobs: 1, submittedAt: 0, attempt: 1, reason: "" };
  return { ...base, status, ...(status === "SUCCEEDED" && { exitCode: 0 }), ...part };
}

function found(entries: readonly Entry[], rows: readonly JobRow[], policy: OnDisconnect = "wait"): readonly string[] {
  const ranks = [{ seconds: 0, exitCode: 0, lines: 0 }];
  const plan = { seed: 0, policy, machines: 2, early: true, ranks, strikes: [] };
  return check({ plan, entries, rows, cancelled: new Set() });
}

test.each<[string, readonly Entry[], readonly JobRow[], readonly string[]]>([
  ["a clean story", [start(1), end(1), over], [row("SUCCEEDED")], []],
  [
    "a second attempt after a power loss",
    [start(1), loss(1), dead(1), start(2, 2), end(2), over],
    [row("SUCCEEDED", { attempt: 2 })],
    [],
  ],
  ["a rank that is missing", [], [], ["the queue holds the jobs "]],
  ["a job that never ended", [start(1)], [row("RUNNING")], ["job 1 never ended: it is RUNNING ()"]],
  [
    "an attempt that started twice",
    [start(1), end(1), start(1, 2), end(1)],
    [row("SUCCEEDED")],
    ["attempt 1.1 started twice"],
  ],
  [
    "two attempts at once",
    [start(1), loss(1), start(2, 2), end(1), end(2)],
    [row("SUCCEEDED", { attempt: 2 })],
    ["attempt 1.2 started while 1.1 ran"],
  ],
  [
    "an attempt without a cause",
    [start(1), end(1), start(2, 2), end(2)],
    [row("SUCCEEDED", { attempt: 2 })],
    ["attempt 1.2 started though nothing happened to the one before it"],
  ],
  [
    "an attempt that went on",
    [start(1), over, end(1)],
    [row("SUCCEEDED")],
    ["attempt 1.1 went on after its job was said to be over"],
  ],
  [
    "a success that never was",
    [start(1)],
    [row("SUCCEEDED")],
    ["job 1 is SUCCEEDED (attempt 1, exit code 0, ), and that attempt never came to its end"],
  ],
  [
    "another exit code",
    [start(1), end(1)],
    [row("FAILED", { exitCode: 3, reason: "exit code 3" })],
    ["job 1 is FAILED (attempt 1, exit code 3, exit code 3), and it ended with 0"],
  ],
  [
    "a cancel that nobody asked for",
    [],
    [row("CANCELLED")],
    ["job 1 is CANCELLED (attempt 1, exit code undefined, ), and nobody asked for that"],
  ],
])("%s", (_, entries, rows, expected) => {
  expect(found(entries, rows)).toEqual(expected);
});

test("under eager two attempts of a rank may run side by side, under lease never", () => {
  const entries = [start(1), start(2, 2), end(1), end(2)];
  const rows = [row("SUCCEEDED", { attempt: 2 })];
  expect(found(entries, rows, "eager")).toEqual([]);
  expect(found(entries, rows, "lease")).toEqual(["attempt 1.2 started while 1.1 ran"]);
});
