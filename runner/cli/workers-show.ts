/** `lido workers show`: everything about one worker. */
import { Command } from "commander";
import { fingerprint } from "../../worker/host-key.ts";
import { type Cli, note, print } from "./cli.ts";
import { type Fact, factLines } from "./facts.ts";
import { outputOption, poolOption } from "./options.ts";
import { capacityWords } from "./pool-status-words.ts";
import { type Format, printOne } from "./print-rows.ts";
import type { MakeCommand } from "./program.ts";
import { ago, clockTime } from "./time.ts";
import { type FoundWorker, findWorker } from "./worker-find.ts";
import {
  doingWords,
  heldWords,
  type ShownWorker,
  shownState,
  shownWorkers,
  stateColor,
  UNSEEN,
  unreachableWords,
} from "./worker-rows.ts";

export interface WorkersShowOptions {
  readonly worker: string;
  readonly pool?: string;
  readonly output: Format;
}

export const command: MakeCommand = ({ cli, done }) =>
  new Command("show")
    .description("Shows everything about a worker.")
    .argument("<worker>", "its name, or its id with -p")
    .addOption(poolOption())
    .addOption(outputOption())
    .addHelpText("after", "\nExamples:\n  lido workers show gpu-pool-3\n  lido workers show 3 -p gpu-pool -o json")
    .action(async (worker: string, options: Omit<WorkersShowOptions, "worker">) =>
      done(await runWorkersShow(cli, { ...options, worker })),
    );

/** @throws NotFoundError */
export async function runWorkersShow(cli: Cli, { worker: word, pool, output }: WorkersShowOptions): Promise<number> {
  const found = await findWorker(cli, word, pool);
  const { workers, isSeen } = await shownWorkers(cli, [found.roster]);
  const shown = workers.find(({ id }) => id === found.worker.id);
  if (shown === undefined) return 0;
  const words = () => {
    for (const line of factLines(factsOf(cli, found, shown), cli.paint)) print(cli, line);
    const next =
      shownState(shown) === "UNREACHABLE" ? `lido doctor -p ${shown.pool}` : `lido workers ssh ${shown.name}`;
    if (!isSeen) note(cli, `\n${UNSEEN}`);
    note(cli, `\nNext: ${next}, lido pool logs ${shown.pool} ${shown.id}`);
  };
  printOne(cli, shown, { format: output, id: shown.name, words });
  return 0;
}

function factsOf(cli: Cli, { roster }: FoundWorker, shown: ShownWorker): readonly Fact[] {
  const { seen, host, port, readyAt, hourlyCost, generation, capacity, user, jump = [] } = shown;
  const state = shownState(shown);
  const remark = state === "UNREACHABLE" ? unreachableWords(shown, cli.now()) : shown.reason;
  const address = host === "" ? "" : `${user ?? roster.ssh.user}@${host}:${port}`;
  return [
    ["name", shown.name],
    ["pool", `${shown.pool} (worker=${shown.id})`],
    ["state", remark === "" ? state : `${state}${state === "UNREACHABLE" ? "" : ":"} ${remark}`, stateColor(state)],
    ["does", doingWords(shown)],
    ["drained", seen?.cordon ?? ""],
    ["held back", heldWords(shown)],
    [
      "generation",
      generation === roster.generation ? `${generation}` : `${generation}, and the pool is at ${roster.generation}`,
    ],
    ["resources", capacityWords(capacity, true)],
    ["infra", roster.infra],
    ["address", address],
    ["by way of", jump.map((hop) => `${hop.user}@${hop.host}:${hop.port}`).join(", ")],
    ["host key", shown.hostKey === "" ? "" : fingerprint(shown.hostKey)],
    ["ready", readyAt === 0 ? "never" : `${clockTime(readyAt)} (${ago(readyAt, cli.now())})`],
    ["$/h", hourlyCost > 0 ? hourlyCost.toFixed(2) : ""],
  ];
}
