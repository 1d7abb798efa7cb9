/** Workers as their pools' rosters tell of them, with what a running controller knows beside that. It starts none. */
import type { Roster, RosterWorker, WorkerState } from "../../worker/index.ts";
import type { WorkerRow } from "../api.ts";
import { connectRunning } from "../client/index.ts";
import type { Cli } from "./cli.ts";
import type { Color } from "./colors.ts";
import { duration } from "./time.ts";

export interface ShownWorker extends RosterWorker {
  readonly pool: string;
  /** The controller's view; absent when none runs or it does not know the pool. */
  readonly seen?: Omit<WorkerRow, "pool" | "id" | "name">;
}

/** What a person must know to read the rows, if there are any. */
export const UNSEEN =
  "No controller runs: the states are those of the last change, and what the workers do now is not known. Start one: lido controller start";

export interface Shown {
  readonly workers: readonly ShownWorker[];
  /** False when there is more to know of them, and no controller runs that could tell it. */
  readonly isSeen: boolean;
}

export async function shownWorkers(cli: Cli, rosters: readonly Roster[]): Promise<Shown> {
  const rows = await seenWorkers(cli);
  const byWorker = new Map(rows?.map((row) => [`${row.pool} ${row.id}`, seenOf(row)]));
  const workers = rosters.flatMap(({ pool, identity, workers: ofPool }) =>
    ofPool.map((worker) => {
      const seen = byWorker.get(`${identity} ${worker.id}`);
      return { pool, ...worker, ...(seen === undefined ? {} : { seen }) };
    }),
  );
  const isServing = workers.some(({ state }) => state === "READY" || state === "DRAINING");
  return { workers, isSeen: rows !== undefined || !isServing };
}

function seenOf(row: WorkerRow): NonNullable<ShownWorker["seen"]> {
  const { pool: _, id: __, name: ___, ...seen } = row;
  return seen;
}

/** As the controller sees them; what it left alone it tries first. Undefined when none runs. */
async function seenWorkers({ home }: Pick<Cli, "home">): Promise<readonly WorkerRow[] | undefined> {
  const connection = await connectRunning(home);
  if (connection === undefined) return undefined;
  await using open = connection;
  // One of another version may not know the question.
  return await open.call("workers", { tried: true }).catch(() => []);
}

/** A worker that its pool made ready, and that cannot be reached now. Its pool knows that only after the next change. */
export type ShownState = WorkerState | "UNREACHABLE";

export function shownState({ state, seen }: Pick<ShownWorker, "state" | "seen">): ShownState {
  const isUnreachable = seen?.unreachableSince !== undefined && (state === "READY" || state === "DRAINING");
  return isUnreachable ? "UNREACHABLE" : state;
}

export function stateColor(state: ShownState): Color {
  switch (state) {
    case "READY":
      return "green";
    case "FAILED":
    case "UNREACHABLE":
      return "red";
    case "PROVISIONING":
    case "PREPARING":
    case "DRAINING":
      return "yellow";
  }
}

/** `job 7`, `idle`, or why it has none; `job 7?` of an unreachable one, since nobody knows. */
export function doingWords(worker: ShownWorker): string {
  const { state, seen } = worker;
  const isUnreachable = seen?.unreachableSince !== undefined;
  if (seen?.job !== undefined) return `job ${seen.job}${isUnreachable ? "?" : ""}`;
  if (state !== "READY" || seen === undefined || isUnreachable) return "-";
  if (seen.cordon !== "") return "drained";
  return seen.connected ? "idle" : "-";
}

/** `for 3m 05s: Cannot reach …`; "" of one that is reached, or that nobody tries to reach. */
export function unreachableWords({ seen }: Pick<ShownWorker, "seen">, now: number): string {
  if (seen?.unreachableSince === undefined) return "";
  return `for ${duration(now - seen.unreachableSince)}: ${seen.trouble}`;
}

/** Of one that refused a job; "" of one that is given jobs. */
export function heldWords({ seen }: Pick<ShownWorker, "seen">): string {
  return seen?.held === undefined ? "" : `refused a job a moment ago: ${seen.held}`;
}

/** The first reason that there is for having no job. */
export function remarkOf(worker: ShownWorker, now: number): string {
  const { reason, seen } = worker;
  const words = [reason, unreachableWords(worker, now), seen?.cordon ?? "", heldWords(worker)].find(Boolean) ?? "";
  return words.split("\n")[0] ?? "";
}
