/** Which worker a word means: `gpu-pool-3`, or `3` with its pool. */
import { NotFoundError, UserError } from "../../spec/errors.ts";
import type { Roster, RosterWorker } from "../../worker/index.ts";
import { type ListedPool, listPools } from "../pools/index.ts";
import { type Cli, note } from "./cli.ts";

export interface FoundWorker {
  readonly roster: Roster;
  readonly worker: RosterWorker;
}

/** @throws NotFoundError; UserError when more than one is meant */
export async function findWorker(cli: Cli, word: string, pool: string | undefined): Promise<FoundWorker> {
  const pools = await poolsOf(cli, pool);
  const found = pools.flatMap(({ roster }) =>
    roster.workers
      .filter(({ id, name }) => name === word || `${id}` === word)
      .map((worker): FoundWorker => ({ roster, worker })),
  );
  const [only, ...more] = found;
  if (only === undefined) throw notFound(word, pools);
  if (more.length === 0) return only;
  throw new UserError(
    `'${word}' is a worker of more than one pool: ${found.map(({ roster }) => roster.pool).join(", ")}.\nName the pool: -p ${only.roster.pool}, or the worker: ${only.worker.name}.`,
  );
}

/** The pools that can be found from here, or that one. @throws NotFoundError */
export async function poolsOf(cli: Cli, pool: string | undefined): Promise<readonly ListedPool[]> {
  const { cwd, env, home } = cli;
  const report = (line: string): void => note(cli, line);
  const listed = await listPools(pool === undefined ? [] : [pool], { cwd, env, home, report });
  for (const one of listed) if (one.kind === "lost") note(cli, `Not shown: '${one.pool}'. ${one.why}`);
  return listed.filter((one) => one.kind === "found");
}

function notFound(word: string, pools: readonly ListedPool[]): NotFoundError {
  const names = pools.flatMap(({ roster }) => roster.workers.map(({ name }) => name));
  const some = names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
  const there = names.length === 0 ? "There are no workers." : `There are: ${some}.`;
  return new NotFoundError(`There is no worker '${word}'. ${there}\n\`lido workers list\` lists them.`);
}
