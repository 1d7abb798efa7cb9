/** What an agent says of itself first, in every version of both sides. */
import { expect, test } from "vitest";
import { parseFacts, parseHello } from "../../worker/hello.ts";
import { commonVersion } from "../../worker/versions.ts";

const line = "LIDO 1 abc 5 2 7 going away";
const said = { bootId: "abc", clock: 5, cpus: 2, rosterEpoch: 7, cordon: "going away" };

test("an agent of version 1 says one line, a later one a line more before it", () => {
  expect(parseHello(line, undefined)).toEqual({ protocol: 1, ...said });
  const facts = { uptimeMs: 12340, freeKiB: 99, freeInodes: 7 };
  expect(parseHello(line, parseFacts("LIDO-AGENT 1 2 12340 99 7"))).toEqual({ protocol: 2, ...said, ...facts });
  expect(parseHello(line, parseFacts("LIDO-AGENT 1 2 12340 - -"))).toEqual({ protocol: 2, ...said, uptimeMs: 12340 });
});

test("a later agent that still speaks our version is asked in ours, whatever more it says", () => {
  expect(parseHello(line, parseFacts("LIDO-AGENT 2 9 12340 99 7 and more")).protocol).toBe(3);
});

test("without a version in common both sides are told what to do", () => {
  expect(() => parseHello("LIDO 4 abc 5 2 7 ", parseFacts("LIDO-AGENT 4 5 1 1 1"))).toThrow(
    "The worker's agent speaks versions 4 to 5 of Lido's protocol, this Lido speaks versions 1 to 3: this Lido is too old. Use the newer version of Lido on both sides.",
  );
  expect(() => parseHello("LIDO 7 abc 5 2 7 ", undefined)).toThrow("speaks version 7 of Lido's protocol");
  expect(() => commonVersion({ oldest: 1, newest: 1 }, { oldest: 2, newest: 3 })).toThrow(
    "it was started by a Lido that is too old. Use the newer version",
  );
});

test("a first line that is torn is an error that shows it", () => {
  expect(() => parseFacts("LIDO-AGENT 1")).toThrow('line that is not of the protocol: "LIDO-AGENT 1"');
  expect(() => parseHello("LIDO 1 abc", undefined)).toThrow('line that is not of the protocol: "LIDO 1 abc"');
});
