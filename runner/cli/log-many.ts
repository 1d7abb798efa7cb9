/** The logs of several jobs: one after another, or as they come with a prefix a line; or each into a file. */
import { join } from "node:path";
import { UserError } from "../../spec/errors.ts";
import { folderFault, makeFolder } from "../../worker/folder.ts";
import type { Counts, IdRange, JobRow, JobStatus } from "../api.ts";
import { ControllerGoneError, ControllerStartError } from "../client/index.ts";
import { type Cli, note, print } from "./cli.ts";
import type { Color } from "./colors.ts";
import { followLog } from "./follow-log.ts";
import { addId } from "./ids.ts";
import { launchOf } from "./log-choice.ts";
import { fileSink, type LogSink, logSink } from "./log-sink.ts";
import { jobs } from "./outcome.ts";
import type { Persistent } from "./persist.ts";

export interface ManyLogs {
  /** Lowest id first. */
  readonly rows: AsyncIterable<JobRow>;
  /** All rows are of these. */
  readonly ids: readonly IdRange[];
  readonly follow: boolean;
  readonly tail?: number;
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** The jobs whose logs were read, as they stood when their logs ended. */
export interface ReadLogs {
  readonly ids: readonly IdRange[];
  readonly counts: Counts;
}

/** Followed at a time: those with the lowest ids, which run first. */
const AT_ONCE = 32;
const COLORS: readonly Color[] = ["cyan", "green", "yellow", "magenta", "blue"];

export async function printLogs(cli: Cli, controller: Persistent, logs: ManyLogs): Promise<ReadLogs> {
  const { ids, raw } = logs;
  const highest = ids.at(-1)?.last ?? 0;
  const launch = await launchOf(controller, highest);
  const isOneLaunch = (ids[0]?.first ?? 0) >= launch.first;
  const nameOf = (id: number): string => (isOneLaunch ? `rank ${id - launch.first}` : `job ${id}`);
  const width = nameOf(highest).length;
  const sinkOf = ({ id }: JobRow, index: number): LogSink => {
    const color = COLORS[index % COLORS.length] ?? "cyan";
    const prefix = `${cli.paint(color, `${nameOf(id).padEnd(width)} |`)} `;
    return logSink(cli.stdout, { raw, prefix });
  };
  return await each(cli, controller, { ...logs, sinkOf });
}

/** A file for each in `folder`. */
export async function syncDown(
  cli: Cli,
  controller: Persistent,
  logs: ManyLogs & { readonly folder: string },
): Promise<void> {
  const { folder } = logs;
  expectFolder(folder);
  const sinkOf = async ({ id, rank }: JobRow): Promise<LogSink> => {
    const path = join(folder, `job-${id}-rank-${rank}.log`);
    const sink = await fileSink(path);
    const end = async (): Promise<void> => {
      await sink.end();
      print(cli, path);
    };
    return { ...sink, end };
  };
  const { counts } = await each(cli, controller, { ...logs, follow: false, sinkOf });
  note(cli, `Logs of ${jobs(counts.total)} are in ${folder}.`);
}

/** @throws UserError */
function expectFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw new UserError(
      `The logs cannot be put into ${folder}: ${folderFault(cause)}.\nName a folder that you can write to: --sync-down ./logs`,
      { cause },
    );
  }
}

interface Each extends ManyLogs {
  readonly sinkOf: (row: JobRow, index: number) => LogSink | Promise<LogSink>;
}

async function each(cli: Cli, controller: Persistent, logs: Each): Promise<ReadLogs> {
  const { rows, follow, tail, signal, sinkOf } = logs;
  const ids: IdRange[] = [];
  const byStatus: Partial<Record<JobStatus, number>> = {};
  let [taken, unbegun, total] = [0, 0, 0];
  const work = async (): Promise<void> => {
    for await (const row of rows) {
      const index = taken++;
      if (!follow && !hasBegun(row)) {
        unbegun += 1;
        continue;
      }
      addId(ids, row.id);
      const sink = await sinkOf(row, index);
      const options = { id: row.id, follow, tail, sink, signal, patienceMs: Number.POSITIVE_INFINITY };
      const { status } = await followLog(cli, controller, options).catch((error: unknown) => lost(cli, row, error));
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      total += 1;
    }
  };
  // What is there already is printed in order; what is followed comes as it comes.
  await Promise.all(Array.from({ length: follow ? AT_ONCE : 1 }, work));
  if (unbegun > 0) note(cli, `${jobs(unbegun)} had not begun and had no log yet.`);
  return { ids, counts: { total, byStatus, lastFailed: [] } };
}

function hasBegun({ startedAt, status }: JobRow): boolean {
  return startedAt !== undefined && status !== "RECOVERING";
}

/** One log that can't be read does not hide the others. */
function lost(cli: Cli, row: JobRow, error: unknown): JobRow {
  const isOfOne = error instanceof UserError && !isOfController(error);
  if (!isOfOne) throw error;
  note(cli, error.message);
  return row;
}

/** Without it no log at all can be read. */
function isOfController(error: UserError): boolean {
  return error instanceof ControllerGoneError || error instanceof ControllerStartError;
}
