/** What stays on a worker once its jobs are over, and where their logs are then. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { makeHome, openClient, rosterOf, startController, startWorker, submission, untilOver } from "./harness.ts";

const RANKS = 60;

test("the worker forgets each attempt once its log is here, byte for byte; a large one loses its middle and says so", async () => {
  using home = makeHome();
  await using a = await startWorker(1);
  await using controller = await startController(home, { logs: { capBytes: 4096 } });
  using client = await openClient(controller.socket);
  const run =
    'if [ "$SKYPILOT_JOB_RANK" = 7 ]; then seq 1 5000; else printf "rank %s\\0\\377" "$SKYPILOT_JOB_RANK"; fi';
  await client.call("submit", submission(rosterOf(home, [a]), RANKS, { run }));
  await untilOver(client, 1, RANKS);
  const left = () =>
    readdirSync(join(a.dir, "jobs"), { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(log|exit|pid|ack|cancel)$/.test(name),
    );
  await eventually(() => left().length === 0, "nothing of the attempts is left there", 60_000);

  const read = async (id: number) => {
    const chunks: Buffer[] = [];
    await client.call("logs", { id, follow: true }, ({ data }) => chunks.push(Buffer.from(data, "base64")));
    return Buffer.concat(chunks).toString("latin1");
  };
  for (const id of [1, 30, RANKS]) expect(await read(id)).toBe(`rank ${id - 1}\0\xff`);
  const large = await read(8);
  expect(large).toMatch(
    /^1\n2\n3\n[^]*\n\[lido: \d+ bytes of this log were left out here when it was copied\]\n[^]*\n5000\n$/,
  );
  const whole = Array.from({ length: 5000 }, (_, index) => `${index + 1}\n`).join("");
  const [, head = "", missing, end = ""] = /^([^]*?)\n?\[lido: (\d+) bytes[^\n]*\n([^]*)$/.exec(large) ?? [];
  expect(whole.startsWith(head)).toBe(true);
  expect(whole.endsWith(end)).toBe(true);
  // The line break before the notice is the log's own when the beginning ends with one.
  const kept = whole.length - Number(missing) - end.length;
  expect([head.length, head.length + 1]).toContain(kept);
  const tail: string[] = [];
  await client.call("logs", { id: 8, follow: false, tail: 2 }, ({ data }) =>
    tail.push(Buffer.from(data, "base64").toString()),
  );
  expect(tail.join("")).toBe("4999\n5000\n");
}, 120_000);
