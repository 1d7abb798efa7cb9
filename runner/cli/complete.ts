/**
 * The words that may stand where the cursor is. It looks only at what costs milliseconds: the commands, this computer's
 * files about pools, and a controller that runs. It starts nothing and never fails.
 */

import { connectRunning } from "../client/index.ts";
import { STATUSES } from "../statuses.ts";
import type { Cli } from "./cli.ts";
import { formatIds } from "./ids.ts";
import { FORMATS } from "./print-rows.ts";
import { commandNames, optionsOf } from "./program.ts";

/** `words`: those after `lido`, the last one unfinished. */
export async function completions(cli: Cli, words: readonly string[]): Promise<readonly string[]> {
  const unfinished = words.at(-1) ?? "";
  const all = await candidates(cli, words.slice(0, -1), unfinished).catch((): readonly string[] => []);
  return [...new Set(all)].filter((word) => word.startsWith(unfinished));
}

async function candidates(cli: Cli, given: readonly string[], unfinished: string): Promise<readonly string[]> {
  if (given.includes("--")) return [];
  const names = given.filter((word) => !word.startsWith("-"));
  const next = commandNames(names);
  if (next.length > 0) return unfinished.startsWith("-") ? ["--help", "--version", "--verbose", "--no-color"] : next;
  if (unfinished.startsWith("-"))
    return await optionsOf(names, { cli, done: () => undefined, version: "", afterDashes: [] });
  const path = names[0] === "jobs" && names[1] === "pool" ? names.slice(1, 3) : names.slice(0, 2);
  return (await valuesOf(cli, given.at(-1) ?? "", path[0] === "jobs")) ?? (await argumentsOf(cli, path.join(" ")));
}

/** What an option takes; `undefined` where the word before is none that is known. */
async function valuesOf(cli: Cli, option: string, isJobs: boolean): Promise<readonly string[] | undefined> {
  switch (option) {
    case "-p":
    case "--pool":
      return await pools(cli);
    case "-o":
    case "--output":
      return FORMATS;
    case "-s":
    case "--status":
      return STATUSES.map((status) => status.toLowerCase());
    case "-n":
    case "--name":
      return isJobs ? (await submissions(cli)).map(({ name }) => name) : [];
    default:
      return undefined;
  }
}

async function argumentsOf(cli: Cli, path: string): Promise<readonly string[]> {
  switch (path) {
    case "jobs show":
    case "jobs why":
    case "jobs logs":
    case "jobs cancel":
    case "jobs retry":
    case "jobs wait":
      return (await submissions(cli)).map(({ ids }) => formatIds([ids]));
    case "pool status":
    case "pool logs":
    case "pool down":
      return await pools(cli);
    case "workers show":
    case "workers ssh":
    case "workers drain":
    case "workers resume":
      return await workers(cli);
    case "completion":
      return ["bash", "zsh", "fish"];
    case "schema":
      return ["pool", "job"];
    default:
      return [];
  }
}

async function submissions({ home }: Cli) {
  const running = await connectRunning(home);
  if (running === undefined) return [];
  await using connection = running;
  return (await connection.call("submissions", { limit: 50 })).rows;
}

async function pools({ home }: Cli): Promise<readonly string[]> {
  const { keptPools } = await import("../pools/index.ts");
  const { pointedPools } = await import("../../worker/pointer.ts");
  return [...(await pointedPools(home)), ...(await keptPools(home)).map(({ pool }) => pool)];
}

async function workers(cli: Cli): Promise<readonly string[]> {
  const { keptPools } = await import("../pools/index.ts");
  const kept = (await keptPools(cli.home)).flatMap((roster) => roster.workers.map(({ name }) => name));
  const there = new Set(await pools(cli));
  return [...kept, ...(await connectedWorkers(cli.home, there))];
}

/** A pool that was destroyed a moment ago is in no file any more; the controller may not have looked yet. */
async function connectedWorkers(home: string, known: ReadonlySet<string>): Promise<readonly string[]> {
  const running = await connectRunning(home);
  if (running === undefined) return [];
  await using connection = running;
  const rows = await connection.call("workers", {});
  return rows.filter(({ pool }) => known.has(pool.split("/").at(-1) ?? "")).map(({ name }) => name);
}
