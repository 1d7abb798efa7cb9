/**
 * Jobs that cannot go on by themselves: those on unreachable workers, those of a pool without a ready worker, those of a pool that
 * there is not any more. What is judged is what the controller says; where none runs nothing is known.
 */
import type { SubmissionRow } from "../api.ts";
import { connectRunning } from "../client/index.ts";
import type { ListedPool } from "../pools/index.ts";
import type { Cli } from "./cli.ts";
import type { PlacedFinding } from "./doctor-words.ts";
import { countIds, formatIds } from "./ids.ts";
import { finished, tally } from "./outcome.ts";
import { repairCommand, unreachableRemedy } from "./pool-repair.ts";
import { type ShownWorker, shownState, shownWorkers } from "./worker-rows.ts";

/** Of one pool, unless `only` is undefined. */
export async function jobFindings(
  cli: Cli,
  pools: readonly ListedPool[],
  only: string | undefined,
): Promise<readonly PlacedFinding[]> {
  const unfinished = await unfinishedOf(cli, only);
  const names = [...new Set(unfinished.map(({ pool }) => pool))].sort();
  return await Promise.all(
    names.map(async (name) => {
      const rows = unfinished.filter(({ pool }) => pool === name);
      const pool = pools.find((one) => one.pool === name);
      return pool === undefined ? homeless(name, rows) : await findingOf(cli, pool, rows);
    }),
  );
}

async function unfinishedOf({ home }: Cli, pool: string | undefined): Promise<readonly SubmissionRow[]> {
  const running = await connectRunning(home);
  if (running === undefined) return [];
  await using connection = running;
  const filter = pool === undefined ? {} : { pool };
  return (await connection.call("submissions", { ...filter, unfinished: true, limit: 1_000 })).rows;
}

const CHECK = "jobs";

function homeless(where: string, rows: readonly SubmissionRow[]): PlacedFinding {
  return {
    where,
    check: CHECK,
    state: "bad",
    found: `${unfinishedWords(rows)} of a pool that is not found`,
    remedy: `Make it again, or give them up: lido jobs cancel -p ${where}`,
  };
}

async function findingOf(
  cli: Cli,
  { pool, roster }: ListedPool,
  rows: readonly SubmissionRow[],
): Promise<PlacedFinding> {
  const { workers } = await shownWorkers(cli, [roster]);
  const at = { where: pool, check: CHECK };
  const lost = workers.filter(({ id, seen }) => seen?.unreachableSince !== undefined && rows.some(has(id)));
  if (lost.length > 0) {
    const found = `${lost.map(({ name }) => name).join(", ")}: unreachable, with ${jobsOn(lost)}`;
    return { ...at, state: "bad", found, remedy: await unreachableRemedy(cli, roster) };
  }
  if (rows.some(isWaiting) && !workers.some((worker) => shownState(worker) === "READY")) {
    const remedy = `\`lido pool status ${pool}\` says why; to mend it: ${await repairCommand(cli, roster)}`;
    return { ...at, state: "bad", found: `${unfinishedWords(rows)}, and no worker is ready`, remedy };
  }
  return { ...at, state: "ok", found: unfinishedWords(rows) };
}

function has(worker: number): (row: SubmissionRow) => boolean {
  return ({ workers }) => workers.includes(worker);
}

function isWaiting({ byStatus }: SubmissionRow): boolean {
  return (byStatus.PENDING ?? 0) + (byStatus.RECOVERING ?? 0) > 0;
}

function jobsOn(workers: readonly ShownWorker[]): string {
  return workers.flatMap(({ seen }) => (seen?.job === undefined ? [] : [`job ${seen.job}`])).join(", ");
}

/** `12 unfinished jobs (3-14)`, `2 unfinished jobs (of 3-14)` */
function unfinishedWords(rows: readonly SubmissionRow[]): string {
  const ids = rows.map((row) => row.ids).toReversed();
  const over = rows.reduce((sum, { byStatus }) => sum + finished(tally({ total: 0, byStatus, lastFailed: [] })), 0);
  const count = countIds(ids) - over;
  return `${count} unfinished job${count === 1 ? "" : "s"} (${over === 0 ? "" : "of "}${formatIds(ids)})`;
}
