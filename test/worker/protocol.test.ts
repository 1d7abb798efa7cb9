import { expect, test } from "vitest";
import { parseLine, parseStartAnswer, parseStatus, request } from "../../worker/protocol.ts";

const key = { submission: "3f9a1c02-1", job: 17, attempt: 2 };

test("requests are lines, and a submission counts its own lines", () => {
  expect(request.start({ key, slot: 0, env: { SKYPILOT_JOB_RANK: "16", NAME: "it's" } })).toBe(
    "START 3f9a1c02-1 17 2 0 SKYPILOT_JOB_RANK=16 NAME='it'\\''s'\n",
  );
  expect(request.submit({ id: "q-1", run: "echo 1\necho 2", env: { A: "two\nlines", B: "1" } })).toBe(
    "JOB q-1 3 2\nexport A='two\nlines'\nexport B=1\necho 1\necho 2\n",
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
  [
    "LIDO 1 abc 5 2 7 going away",
    { kind: "hello", hello: { protocol: 1, bootId: "abc", clock: 5, cpus: 2, rosterEpoch: 7, cordon: "going away" } },
  ],
])("line %s", (line, parsed) => {
  expect(parseLine(line)).toEqual(parsed);
});

test("a line of another version or of nobody's protocol is an error that says so", () => {
  expect(() => parseLine("LIDO 2 abc 5 2 7 ")).toThrow(
    "The worker's agent speaks protocol 2, this Lido speaks 1. Use the same version of Lido on both sides.",
  );
  expect(() => parseLine("! exit q-1 3 1")).toThrow('line that is not of the protocol: "exit q-1 3 1"');
  expect(() => parseStatus("error no such thing")).toThrow("The worker answered: no such thing");
});
