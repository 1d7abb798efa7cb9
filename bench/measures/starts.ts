/** Commands that start, answer and end: what a person waits for most often. Taken in turns, so that noise meets all alike. */
import { type Bench, repeat } from "../bench.ts";
import { type Figure, figure } from "../figure.ts";
import { POOL } from "../place.ts";

export async function starts(bench: Bench): Promise<readonly Figure[]> {
  // The first of each fills the caches of the system and of Node, and starts the controller.
  await round(bench);
  const rounds = await repeat(bench.plan.starts, () => round(bench));
  return [
    figure("node -e 0", column(rounds, "node"), { unit: "ms", note: "what any Node command costs" }),
    figure("lido --version", column(rounds, "version"), { unit: "ms", note: "aim: below 100 ms" }),
    figure("lido --help", column(rounds, "help"), { unit: "ms" }),
    figure("lido jobs queue", column(rounds, "queue"), { unit: "ms", note: "warm controller" }),
  ];
}

type Round = Readonly<Record<"node" | "version" | "help" | "queue", number>>;

async function round(bench: Bench): Promise<Round> {
  return {
    node: (await bench.node(["-e", "0"])).ms,
    version: (await bench.lido(["--version"])).ms,
    help: (await bench.lido(["--help"])).ms,
    queue: (await bench.lido(["jobs", "queue", "-p", POOL])).ms,
  };
}

function column(rounds: readonly Round[], name: keyof Round): number[] {
  return rounds.map((one) => one[name]);
}
