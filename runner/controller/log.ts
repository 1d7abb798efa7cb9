/**
 * The controller's log: JSON lines in one file (0600), with job, attempt and worker where a line is about one. Never a
 * job's environment or script. It also keeps the last errors for `lido controller status`. A full disk loses lines, and
 * nothing else.
 */

import type { Logger } from "pino";
import { pino, stdSerializers } from "pino";
import type { LastError } from "../api.ts";

/** Later words of the same kind count on the same line. */
const KEPT = 10;
const WARN = 40;

export interface Log {
  readonly logger: Logger;
  /** Newest first. */
  readonly lastErrors: () => readonly LastError[];
}

/** LIDO_LOG_LEVEL (trace, debug, info, warn, error) says how much; `info` unless told. */
export function openLog(path: string): Log {
  const destination = pino.destination({ dest: path, append: true, mkdir: true, mode: 0o600, sync: true });
  destination.on("error", () => {});
  const kept = new Map<string, LastError>();
  const options = {
    level: process.env["LIDO_LOG_LEVEL"] || "info",
    base: { pid: process.pid },
    // The other one puts the causes' words into the message, where ours are already.
    serializers: { err: stdSerializers.errWithCause },
    hooks: { streamWrite: (line: string) => keep(kept, line) },
  };
  return { logger: pino(options, destination), lastErrors: () => [...kept.values()].toReversed() };
}

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly pool?: string;
  readonly worker?: number;
  readonly job?: number;
  readonly err?: { readonly message?: string };
}

/** `worker 3 of gpu-pool: ` */
function workerOf(identity: string, worker: number): string {
  const pool = identity.split("/").at(-1) ?? "";
  return `worker ${worker}${pool === "" ? "" : ` of ${pool}`}: `;
}

function keep(kept: Map<string, LastError>, line: string): string {
  // Most lines are of lower levels: they are told by their first bytes.
  if (!/^\{"level":[456]0,/.test(line)) return line;
  const { level, time, msg = "", pool = "", worker, job, err } = JSON.parse(line) as Line;
  if (level < WARN) return line;
  const about = [job === undefined ? "" : `job ${job}: `, worker === undefined ? "" : workerOf(pool, worker)].join("");
  const text = `${about}${msg}${err?.message ? `: ${err.message}` : ""}`;
  const count = (kept.get(text)?.count ?? 0) + 1;
  kept.delete(text);
  kept.set(text, { at: time, text, count });
  for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old);
  return line;
}
