/** What must be true before `lido pool apply` or `down` touches a pool. Changes nothing. */
import { setTimeout as delay } from "node:timers/promises";
import { type StackLockedError, UserError } from "../../spec/errors.ts";
import { isApplied, type PoolPointer, readPointer } from "../../worker/pointer.ts";
import { isGone } from "../pools/index.ts";
import type { Cli } from "./cli.ts";
import { readRun, standingOfRun } from "./pool-runs.ts";

/**
 * A pool of this name in a Pulumi project of the user's own stays that project's, and stays found.
 * @throws UserError (exit code 8) that names the project; not when the pool is gone there
 */
export async function refuseForeign(cli: Cli, pool: string): Promise<void> {
  const pointer = await readPointer(cli.home, pool);
  if (pointer === undefined || isApplied(cli.home, pointer) || (await isGone(pointer, cli.home))) return;
  throw new UserError(
    `Pool '${pool}' belongs to your own Pulumi project '${projectOf(pointer)}' in ${pointer.projectDir} (stack ${pointer.stack}).\nChange it there and run \`pulumi up\`, or give this one another name: -p NAME.`,
    { exitCode: 8 },
  );
}

/** @throws UserError (exit code 8) with its process and its log */
export async function refuseUnderWay({ home }: Pick<Cli, "home">, pool: string): Promise<void> {
  const error = await underWay(home, pool);
  if (error !== undefined) throw error;
}

async function underWay(home: string, pool: string): Promise<UserError | undefined> {
  const run = await readRun(home, pool);
  if (run === undefined || standingOfRun(run) !== "under way") return undefined;
  return new UserError(
    `Pool '${pool}' is being changed: \`lido pool ${run.action}\` goes on as process ${run.pid}, with its log in ${run.log}.\nWait until it is done, or stop it in order: kill ${run.pid}`,
    { exitCode: 8 },
  );
}

/** Milliseconds in which the engine that has the stack says so, and its command writes that down. */
const BEGINS_MS = 2_000;

/** Who has the stack, where that is a command of this computer: two that began together both found nobody at work. */
export async function whoHasStack(home: string, pool: string, locked: StackLockedError): Promise<UserError> {
  const until = Date.now() + BEGINS_MS;
  do {
    const error = await underWay(home, pool);
    if (error !== undefined) return error;
    await delay(100);
  } while (Date.now() < until);
  return locked;
}

/** `organization/shop/dev` -> `shop` */
export function projectOf({ stack }: PoolPointer): string {
  return stack.split("/").at(-2) ?? stack;
}
