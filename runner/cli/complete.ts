/**
 * The words that may stand where the cursor is. It looks only at what costs milliseconds: the commands, this computer's
 * files about pools, and a controller that runs. It starts nothing and never fails.
 */

import type { Option } from "commander";
import { connectRunning } from "../client/index.ts";
import { STATUSES } from "../statuses.ts";
import type { Cli } from "./cli.ts";
import { formatIds } from "./ids.ts";
import { commandNames, optionsOf } from "./program.ts";

const COMMON = ["--help", "--verbose", "--no-color"];

/** `words`: those after `lido`, the last one unfinished. */
export async function completions(cli: Cli, words: readonly string[]): Promise<readonly string[]> {
  const { given, unfinished, before } = cursorOf(words);
  const all = await candidates(cli, given, unfinished).catch((): readonly string[] => []);
  return [...new Set(all)].filter((word) => word.startsWith(unfinished)).map((word) => `${before}${word}`);
}

interface Cursor {
  readonly given: readonly string[];
  readonly unfinished: string;
  /** What stands before it in the same word. */
  readonly before: string;
}

/** `--pool=gpu` is one word to zsh and fish, and three to bash. */
function cursorOf(words: readonly string[]): Cursor {
  const last = words.at(-1) ?? "";
  const given = words.slice(0, -1).filter((word, index) => word !== "=" || index === 0);
  const [, option, value] = /^(--[a-z][a-z-]*)=(.*)$/s.exec(last) ?? [];
  if (option !== undefined && value !== undefined)
    return { given: [...given, option], unfinished: value, before: `${option}=` };
  return { given, unfinished: last === "=" ? "" : last, before: "" };
}

async function candidates(cli: Cli, given: readonly string[], unfinished: string): Promise<readonly string[]> {
  if (given.includes("--")) return [];
  const words = given.filter((word) => !word.startsWith("-"));
  const names = words[0] === "help" ? words.slice(1) : words;
  const next = commandNames(names);
  if (next.length > 0) return unfinished.startsWith("-") ? ["--version", ...COMMON] : next;
  const options = await optionsOf(names, { cli, done: () => undefined, version: "", afterDashes: [] });
  const option = options.find(({ long, short }) => [long, short].includes(given.at(-1) ?? ""));
  const isJobs = names[0] === "jobs" && names[1] !== "pool";
  if (option !== undefined && !option.isBoolean()) return await valuesOf(cli, option, { isJobs, unfinished });
  if (unfinished.startsWith("-")) return [...options.flatMap(({ long }) => long ?? []), ...COMMON];
  const path = names[0] === "jobs" && names[1] === "pool" ? names.slice(1, 3) : names.slice(0, 2);
  return await argumentsOf(cli, path.join(" "));
}

interface Wanted {
  readonly isJobs: boolean;
  readonly unfinished: string;
}

/** What an option takes; nothing where that is a file or anything else that only a person knows. */
async function valuesOf(cli: Cli, option: Option, { isJobs, unfinished }: Wanted): Promise<readonly string[]> {
  if (option.argChoices !== undefined) return option.argChoices;
  switch (option.long) {
    case "--pool":
      return await pools(cli);
    case "--status":
      return statuses(unfinished);
    case "--name":
      return isJobs ? (await submissions(cli)).map(({ name }) => name) : [];
    default:
      return [];
  }
}

/** Several are separated by commas; in capitals where those were begun. */
function statuses(unfinished: string): readonly string[] {
  const before = unfinished.slice(0, unfinished.lastIndexOf(",") + 1);
  const isLower = unfinished === unfinished.toLowerCase();
  return STATUSES.map((status) => `${before}${isLower ? status.toLowerCase() : status}`);
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
