import { expect, test } from "vitest";
import { FullDiskError } from "../../worker/errors.ts";
import { expectOk, parseLine, parseStartAnswer, parseStatus, request } from "../../worker/protocol.ts";

const key = { submission: "3f9a1c02-1", job: 17, attempt: 2 };

test("requests are lines, and a submission counts its own lines", () => {
  expect(request.start({ key, slot: 0, env: { SKYPILOT_JOB_RANK: "16", NAME: "it's" } })).toBe(
    "START 3f9a1c02-1 17 2 0 SKYPILOT_JOB_RANK=16 NAME='it'\\''s'\n",
  );
  expect(request.submit({ id: "q-1", run: "echo 1\necho 2", env: { A: "two\nlines", B: "1" } })).toBe(
    "JOB q-1 2 2\nexport A='two\nlines' B=1\necho 1\necho 2\n",
  );
  const perJob = { RANK: { minus: 11 }, TASK: { before: "it's_", after: "-0" }, ID: {} };
  expect(request.submit({ id: "q-1", run: "true", env: { lido_job: "x", ID: "mine" }, perJob })).toBe(
    `JOB q-1 1 1\nexport RANK="$((lido_job - 11))" TASK='it'\\''s_'"$lido_job"-0 ID="$lido_job" lido_job=x\ntrue\n`,
  );
  expect(request.cordon("rolled:\nsetup changed")).toBe("CORDON rolled: setup changed\n");
});

test("a START that does not fit into one atomic write is refused here, not torn there", () => {
  expect(() => request.start({ key, slot: 0, env: { A: "x".repeat(4000) } })).toThrow("do not fit into one line");
  expect(() => request.start({ key, slot: 0, env: { A: "x\ny" } })).toThrow("do not fit into one line");
});

test.each([
  ["never", { kind: "never" }],
  ["void", { kind: "void" }],
  ["running 1700", { kind: "running", startedAt: 1700 }],
  ["orphan 1700", { kind: "orphan", startedAt: 1700 }],
  ["done 143 1700 1800", { kind: "done", code: 143, startedAt: 1700, endedAt: 1800 }],
  ["lost reboot", { kind: "lost", why: "reboot" }],
  ["lost killed", { kind: "lost", why: "killed" }],
])("status %s", (text, status) => {
  expect(parseStatus(text)).toEqual(status);
  expect(parseStartAnswer(`known ${text}`)).toEqual({ kind: "known", status });
});

test.each([
  ["= ok", { kind: "answer", text: "ok" }],
  ["Welcome to Debian", { kind: "other", text: "Welcome to Debian" }],
  [
    "! exit q-1 3 1 137 5 9",
    {
      kind: "event",
      event: { kind: "exit", key: { submission: "q-1", job: 3, attempt: 1 }, code: 137, startedAt: 5, endedAt: 9 },
    },
  ],
  [
    "! refused q-1 3 1 cordoned going away",
    {
      kind: "event",
      event: {
        kind: "refused",
        key: { submission: "q-1", job: 3, attempt: 1 },
        reason: "cordoned",
        detail: "going away",
      },
    },
  ],
  ["! cordon going away", { kind: "event", event: { kind: "cordon", reason: "going away" } }],
  ["LIDO 1 abc 5 2 7 going away", { kind: "hello", line: "LIDO 1 abc 5 2 7 going away" }],
])("line %s", (line, parsed) => {
  expect(parseLine(line)).toEqual(parsed);
});

test("limits stand in the head of a submission, and only where there are any", () => {
  const submission = { id: "q-1", run: "true", env: {} };
  expect(request.submit({ ...submission, limits: { timeoutSeconds: 0.5 } })).toBe("JOB q-1 0 1 1 0\ntrue\n");
  expect(request.submit({ ...submission, limits: { leaseSeconds: 60 } })).toBe("JOB q-1 0 1 0 60\ntrue\n");
  expect(request.submit({ ...submission, limits: {} })).toBe("JOB q-1 0 1\ntrue\n");
});

test("why the worker ended a job stands behind its times", () => {
  expect(parseStatus("done 124 1 2 timeout")).toMatchObject({ kind: "done", code: 124, timedOut: true });
  expect(parseStatus("lost lease")).toEqual({ kind: "lost", why: "lease" });
  expect(parseLine("! exit q-1 3 1 143 5 9 lease")).toEqual({
    kind: "event",
    event: { kind: "lost", key: { submission: "q-1", job: 3, attempt: 1 }, why: "lease" },
  });
});

test("a line that is nobody's is an error that shows it", () => {
  expect(() => parseLine("! exit q-1 3 1")).toThrow('line that is not of the protocol: "exit q-1 3 1"');
  expect(() => expectOk("refused no-space")).toThrow(FullDiskError);
  expect(() => parseStatus("error no such thing")).toThrow("The worker answered: no such thing");
});
