import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endingOf } from "../../../runner/cli/exit.ts";
import { countIds, formatIds, parseIds, rangesOf } from "../../../runner/cli/ids.ts";
import { parseStatuses, wholeNumber } from "../../../runner/cli/options.ts";
import { ago, duration, parseDuration } from "../../../runner/cli/time.ts";
import { cut, displayWidth, harmless, pad } from "../../../runner/cli/width.ts";
import { MOST_RANKS } from "../../../runner/launch-limit.ts";

describe("ids", () => {
  test.each([
    [["3"], "3"],
    [["3-12,17"], "3-12,17"],
    [["17", "3-12", "13"], "3-13,17"],
    [["5-5", "1-9"], "1-9"],
    [[" 4 , 6"], "4,6"],
  ])("%j is %s", (texts, expected) => {
    expect(formatIds(parseIds(texts))).toBe(expected);
  });

  test.each([
    ["7-3", "'7-3' goes backwards.\nWrite 3-7."],
    ["3-2,9", "'3-2' goes backwards.\nWrite 2-3."],
    [
      "1-99999999999999999999",
      "'1-99999999999999999999' is beyond every job id.\nThe highest id that there can be is 9007199254740991.",
    ],
  ])("%j is none, and it is said what to write instead", (text, message) => {
    expect(() => parseIds([text])).toThrow(expect.objectContaining({ exitCode: 2, message }));
  });

  test.each(["", "0", "-1", "x", "3-", "a-b", "1.5", "1e3", "3--4"])("%j is none", (text) => {
    expect(() => parseIds([text])).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: `'${text}' is not a job id.\nWrite ids like 3, a range like 3-12, or both: 3-12,17.`,
      }),
    );
  });

  test("every set of ids comes back from its text", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (ids) => {
        const ranges = parseIds([formatIds(rangesOf(ids))]);
        expect(countIds(ranges)).toBe(ids.length);
        expect(ranges).toEqual(rangesOf(ids));
      }),
    );
  });
});

describe("time", () => {
  test.each([
    [-5, "0.0s"],
    [420, "0.4s"],
    [9_990, "9.9s"],
    [12_400, "12s"],
    [185_000, "3m 05s"],
    [7_620_000, "2h 07m"],
    [356_400_000, "4d 03h"],
  ])("%d ms last %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test.each([
    [-500, "just now"],
    [1_500, "just now"],
    [12_000, "12s ago"],
    [185_000, "3m ago"],
    [7_620_000, "2h ago"],
    [356_400_000, "4d ago"],
  ])("%d ms back is %s", (ms, text) => {
    expect(ago(1_000_000_000 - ms, 1_000_000_000)).toBe(text);
  });

  test.each([
    ["90", 90_000],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1.5h", 5_400_000],
    ["2 d", 172_800_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text, "--timeout")).toBe(ms);
  });

  test.each(["", "x", "-1", "1w", "1h30m"])("%j is no length of time", (text) => {
    expect(() => parseDuration(text, "--timeout")).toThrow(
      `--timeout is '${text}', which is not a length of time.\nWrite seconds (90) or a number with s, m, h or d (10m).`,
    );
  });
});

describe("options", () => {
  test.each(["0", "-1", "x", "", "1.5", "1e3"])("--num-jobs %j is refused", (text) => {
    expect(() => wholeNumber("--num-jobs", 1)(text)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: `--num-jobs is '${text}', and it must be a whole number of at least 1.`,
      }),
    );
  });

  test("a number that is too large is told the largest", () => {
    const refusal = (range: string) => expect.objectContaining({ message: expect.stringMatching(range) });
    expect(() => wholeNumber("--tail", 0)("9".repeat(16))).toThrow(refusal("from 0 to 999999999999999\\.$"));
    expect(() => wholeNumber("--tail", 0)("9".repeat(400))).toThrow(refusal("from 0 to 999999999999999\\.$"));
    expect(wholeNumber("--tail", 0)("9".repeat(15))).toBe(999_999_999_999_999);
    expect(() => wholeNumber("--num-jobs", 1, MOST_RANKS)("10000001")).toThrow(refusal("from 1 to 10000000\\.$"));
  });

  test("statuses in any case", () => {
    expect(parseStatuses("running, FAILED_setup")).toEqual(["RUNNING", "FAILED_SETUP"]);
    expect(() => parseStatuses("SUCEEDED")).toThrow("'SUCEEDED' is no status of a job. Did you mean SUCCEEDED?\n");
    expect(() => parseStatuses("running,done")).toThrow(
      "--status: 'done' is no status of a job.\nThere are: PENDING, STARTING, RUNNING, RECOVERING, CANCELLING, SUCCEEDED, FAILED, FAILED_SETUP, FAILED_PRECHECKS, FAILED_NO_RESOURCE, FAILED_CONTROLLER, CANCELLED.",
    );
  });
});

describe("width", () => {
  test.each([
    ["abc", 3],
    ["größe", 5],
    ["e\u0301", 1],
    ["日本", 4],
    ["🚀", 2],
    ["👩‍👩‍👧", 2],
    ["", 0],
  ])("%j takes %d columns", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test("a cut text is never wider than asked, and padding fills it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 12 }), (text, width) => {
        const shown = harmless(text);
        expect(displayWidth(cut(shown, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(pad(cut(shown, width), width))).toBe(width);
      }),
    );
  });

  test("control characters cannot act", () => {
    expect(harmless("a\u001B[2Jb\nc\u202Ed\t")).toBe("a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFD");
  });
});

test.each([
  ["ENOSPC", "/h/x cannot be written: its disk is full (ENOSPC).", "Make room there and give the command again."],
  [
    "EROFS",
    "/h/x cannot be written: its file system is read-only (EROFS).",
    "Name a place that can be written to; LIDO_HOME names Lido's own folder.",
  ],
])("%s is no mistake of Lido's, whoever wrote", (code, what, todo) => {
  const error = Object.assign(new Error("write"), { code, path: "/h/x" });
  const ending = endingOf(error, { command: "lido", meant: [], reportOf: () => "" });
  expect(ending).toEqual({ code: 8, lines: [`Error: ${what}`, todo] });
});
