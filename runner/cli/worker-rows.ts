/** Workers as their pools' rosters tell of them, with what a running controller knows beside that. It starts none. */
import type { Roster, RosterWorker } from "../../worker/index.ts";
import type { WorkerRow } from "../api.ts";
import { connectRunning } from "../client/index.ts";
import type { Cli } from "./cli.ts";

export interface ShownWorker extends RosterWorker {
  readonly pool: string;
  /** The controller's view; absent when none runs or it does not know the pool. */
  readonly seen?: Omit<WorkerRow, "pool" | "id" | "name">;
}

export async function shownWorkers(cli: Cli, rosters: readonly Roster[]): Promise<readonly ShownWorker[]> {
  const rows = await seenWorkers(cli);
  const byWorker = new Map(rows.map((row) => [`${row.pool} ${row.id}`, seenOf(row)]));
  return rosters.flatMap(({ pool, identity, workers }) =>
    workers.map((worker) => {
      const seen = byWorker.get(`${identity} ${worker.id}`);
      return { pool, ...worker, ...(seen === undefined ? {} : { seen }) };
    }),
  );
}

function seenOf({ connected, trouble, cordon, job }: WorkerRow): NonNullable<ShownWorker["seen"]> {
  return { connected, trouble, cordon, ...(job === undefined ? {} : { job }) };
}

async function seenWorkers({ home }: Cli): Promise<readonly WorkerRow[]> {
  const connection = await connectRunning(home);
  if (connection === undefined) return [];
  await using open = connection;
  // One of another version may not know the question.
  return await open.call("workers", {}).catch(() => []);
}

/** `job 7`, `idle`, or why it has none. */
export function doingWords({ state, seen }: ShownWorker): string {
  if (seen?.job !== undefined) return `job ${seen.job}`;
  if (state !== "READY" || seen === undefined) return "-";
  if (seen.cordon !== "") return "drained";
  return seen.connected || seen.trouble === "" ? "idle" : "not connected";
}

/** The first reason that there is for having no job. */
export function remarkOf({ reason, seen }: ShownWorker): string {
  const words = [reason, seen?.cordon ?? "", seen?.trouble ?? ""].find((text) => text !== "") ?? "";
  return words.split("\n")[0] ?? "";
}
