/**
 * A controller and its null workers in one process, which is given its LIDO_HOME: hands out ranks as fast as it can, each
 * durable in SQLite, and prints what it measured as JSON. A process of its own, so that its memory is its own.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { generateKeyPair, lidoHome, openConnection, runController } from "./built.ts";
import { connectNull } from "./link.ts";
import { nameOf, rosterOf, submissionOf } from "./roster.ts";
import { NullWorker } from "./worker.ts";

export interface QueueFigures {
  /** Of submissions of `--ranks`, from the call to the last end. */
  readonly perSecond: readonly number[];
  /** Of the one of `--many` ranks. */
  readonly submitMs: number;
  readonly pageMs: number;
  readonly peakMiB: number;
  /** Ends per second of each 10,000 of it, in order. */
  readonly rates: readonly number[];
}

/** Ranks between two looks at the clock. */
const EDGE = 10_000;

const { values } = parseArgs({
  options: Object.fromEntries(
    ["workers", "ranks", "rounds", "many"].map((name) => [name, { type: "string", default: "1" } as const]),
  ),
});
const number = (name: string): number => Number(values[name]);

const home = lidoHome();
const { private: privateKey, public: hostKey } = generateKeyPair();
const ports = Array.from({ length: number("workers") }, () => 1);
const roster = rosterOf({ ports, hostKey, privateKey }, home);
let ends = 0;
const marks: number[] = [];
const onEnd = (): void => {
  ends += 1;
  if (ends % EDGE === 0) marks.push(performance.now());
};
const workers = new Map(roster.workers.map(({ id }) => [nameOf(id), new NullWorker({ jobMs: 0, onEnd })]));
await using controller = await runController({
  home,
  version: "0.0.0",
  connect: connectNull((name) => workers.get(name) as NullWorker),
  readPool: () => Promise.reject(new Error("there is no stack")),
  idleMs: 600_000,
});
await using client = await openConnection(controller.socket);

let peak = 0;
const watchMemory = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const result = await work();
  return [performance.now() - began, result];
}

async function untilOver(ids: readonly { first: number; last: number }[]): Promise<void> {
  const { counts } = await client.call("watch", { ids });
  if (counts.byStatus.SUCCEEDED !== counts.total) throw new Error(`not all succeeded: ${JSON.stringify(counts)}`);
}

/** @returns ranks per second */
async function round(ranks: number): Promise<number> {
  const [ms] = await timed(async () => untilOver([(await client.call("submit", submissionOf(roster, ranks))).ids]));
  return (ranks * 1000) / ms;
}

async function many(ranks: number): Promise<Omit<QueueFigures, "perSecond" | "peakMiB">> {
  ends = 0;
  marks.length = 0;
  const began = performance.now();
  const [submitMs, { ids }] = await timed(() => client.call("submit", submissionOf(roster, ranks)));
  const [pageMs] = await timed(() => client.call("queue", { limit: 100 }));
  await untilOver([ids]);
  const rates = marks.map((at, mark) => (EDGE * 1000) / (at - (marks[mark - 1] ?? began)));
  return { submitMs, pageMs, rates };
}

// The first ones compile the code and connect the workers.
await round(number("ranks"));
const perSecond: number[] = [];
while (perSecond.length < number("rounds")) {
  // What the logs' copies are still busy with belongs to the round before.
  await delay(500);
  perSecond.push(await round(number("ranks")));
}
const figures = await many(number("many"));
clearInterval(watchMemory);
process.stdout.write(`${JSON.stringify({ perSecond, ...figures, peakMiB: peak / 2 ** 20 } satisfies QueueFigures)}\n`);
