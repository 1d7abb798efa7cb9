/**
 * Commands that start, answer and end: what a person waits for most often, one of each kind. Taken in turns, so that noise
 * meets all alike.
 */
import { type Bench, repeat } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { POOL } from "../place.ts";

interface Start {
  readonly name: string;
  readonly once: (bench: Bench) => Promise<{ readonly ms: number }>;
  readonly note?: string;
}

const lido =
  (...args: readonly string[]) =>
  async (bench: Bench) =>
    await bench.lido(args);

const STARTS: readonly Start[] = [
  { name: "node -e 0", once: async (bench) => await bench.node(["-e", "0"]), note: "what any Node command costs" },
  { name: "lido --version", once: lido("--version"), note: "aim: below 100 ms" },
  { name: "lido --help", once: lido("--help"), note: "aim: below 100 ms" },
  { name: "lido jobs queue", once: lido("jobs", "queue", "-p", POOL), note: "warm controller; aim: below 150 ms" },
  { name: "lido pool status", once: lido("pool", "status", "-p", POOL), note: "aim: below 150 ms" },
  { name: "lido workers list", once: lido("workers", "list", "-p", POOL), note: "aim: below 150 ms" },
  {
    name: "lido check",
    once: async (bench) => await bench.lido(["check", bench.place.poolFile]),
    note: "a file is read; aim: below 150 ms",
  },
  {
    name: "lido completion words",
    once: lido("completion", "words", "--", "jobs", "queue", "-p", ""),
    note: "one TAB",
  },
];

export async function starts(bench: Bench): Promise<readonly Figure[]> {
  // The first of each fills the caches of the system and of Node, and starts the controller.
  await round(bench);
  const rounds = await repeat(bench.plan.starts, () => round(bench));
  return STARTS.map(({ name, note }, index) =>
    figure(
      name,
      rounds.map((one) => one[index] as number),
      { unit: "ms", ...(note === undefined ? {} : { note }) },
    ),
  );
}

async function round(bench: Bench): Promise<readonly number[]> {
  const took: number[] = [];
  for (const { once } of STARTS) took.push((await once(bench)).ms);
  return took;
}
