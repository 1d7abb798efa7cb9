/** The logs of several jobs: one after another, or as they come with a prefix a line; or each into a file. */
import { join } from "node:path";
import { UserError } from "../../spec/errors.ts";
import { folderFault, makeFolder } from "../../worker/folder.ts";
import type { JobRow } from "../api.ts";
import type { Connection } from "../client/index.ts";
import { type Cli, note, print } from "./cli.ts";
import type { Color } from "./colors.ts";
import { followLog } from "./follow-log.ts";
import { fileSink, type LogSink, logSink } from "./log-sink.ts";
import { jobs } from "./outcome.ts";

export interface ManyLogs {
  readonly rows: readonly JobRow[];
  readonly follow: boolean;
  readonly tail?: number;
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** Followed at a time: those with the lowest ids, which run first. */
const AT_ONCE = 32;
const COLORS: readonly Color[] = ["cyan", "green", "yellow", "magenta", "blue"];

/** @returns the jobs as they stood when their logs ended */
export async function printLogs(cli: Cli, connection: Connection, logs: ManyLogs): Promise<readonly JobRow[]> {
  const { rows, raw } = logs;
  const isOneLaunch = new Set(rows.map(({ id, rank }) => id - rank)).size === 1;
  const names = rows.map(({ id, rank }) => (isOneLaunch ? `rank ${rank}` : `job ${id}`));
  const width = Math.max(...names.map((name) => name.length));
  const sinkOf = (_row: JobRow, index: number): LogSink => {
    const color = COLORS[index % COLORS.length] ?? "cyan";
    const prefix = `${cli.paint(color, `${(names[index] ?? "").padEnd(width)} |`)} `;
    return logSink(cli.stdout, { raw, prefix });
  };
  return await each(cli, connection, { ...logs, sinkOf });
}

/** A file for each in `folder`. */
export async function syncDown(
  cli: Cli,
  connection: Connection,
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
  const read = await each(cli, connection, { ...logs, follow: false, sinkOf });
  note(cli, `Logs of ${jobs(read.length)} are in ${folder}.`);
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

async function each(cli: Cli, connection: Connection, logs: Each): Promise<readonly JobRow[]> {
  const { rows, follow, tail, signal, sinkOf } = logs;
  const ended: JobRow[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < rows.length; index = next++) {
      const row = rows[index];
      if (row === undefined || (!follow && !hasBegun(row))) continue;
      const sink = await sinkOf(row, index);
      const options = { id: row.id, follow, tail, sink, signal, patienceMs: Number.POSITIVE_INFINITY };
      const job = await followLog(cli, connection, options).catch((error: unknown) => lost(cli, row, error));
      ended.push(job);
    }
  };
  // What is there already is printed in order; what is followed comes as it comes.
  await Promise.all(Array.from({ length: follow ? Math.min(AT_ONCE, rows.length) : 1 }, work));
  const unbegun = follow ? 0 : rows.filter((row) => !hasBegun(row)).length;
  if (unbegun > 0) note(cli, `${jobs(unbegun)} had not begun and had no log yet.`);
  return ended;
}

function hasBegun({ startedAt, status }: JobRow): boolean {
  return startedAt !== undefined && status !== "RECOVERING";
}

/** One log that can't be read does not hide the others. */
function lost(cli: Cli, row: JobRow, error: unknown): JobRow {
  if (!(error instanceof UserError)) throw error;
  note(cli, error.message);
  return row;
}
