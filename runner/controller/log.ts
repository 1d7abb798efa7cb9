/**
 * The controller's log: JSON lines in a file (0600) and the one before it, with job, attempt and worker where a line is about one. Never a
 * job's environment or script. It also keeps the last errors for `lido controller status`. A full disk loses lines, and
 * nothing else.
 */

import { renameSync, statSync } from "node:fs";
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

/** A file is put aside when it is this long, as `controller.log.1`; the one that was there before goes. */
export const LOG_BYTES = 10 * 1024 ** 2;

/** LIDO_LOG_LEVEL (trace, debug, info, warn, error) says how much; `info` unless told. */
export function openLog(path: string, maxBytes = LOG_BYTES): Log {
  const destination = pino.destination({ dest: path, append: true, mkdir: true, mode: 0o600, sync: true });
  destination.on("error", () => {});
  rotate(destination, path, maxBytes);
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

/** Between two turns of the event loop, never in the middle of a line. What cannot be put aside grows on. */
function rotate(destination: ReturnType<typeof pino.destination>, path: string, maxBytes: number): void {
  let bytes = statSync(path).size;
  let isDue = false;
  const putAside = () => {
    isDue = false;
    bytes = 0;
    try {
      renameSync(path, `${path}.1`);
      destination.reopen();
    } catch {
      // A full disk, or a folder that is gone: lines go where they went.
    }
  };
  destination.on("write", (written: number) => {
    bytes += written;
    if (bytes < maxBytes || isDue) return;
    isDue = true;
    setImmediate(putAside).unref();
  });
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
  const whose = { ...(pool === "" ? {} : { pool }), ...(worker === undefined ? {} : { worker }) };
  kept.set(text, { at: time, text, count, ...whose });
  for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old);
  return line;
}
