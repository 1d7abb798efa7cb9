/** The controller's log: JSON lines in one file (0600). Never a job's environment or script. */

import type { Logger } from "pino";
import { pino } from "pino";

/** LIDO_LOG_LEVEL (trace, debug, info, warn, error) says how much; `info` unless told. */
export function openLog(path: string): Logger {
  const destination = pino.destination({ dest: path, append: true, mkdir: true, mode: 0o600, sync: true });
  return pino({ level: process.env["LIDO_LOG_LEVEL"] || "info", base: { pid: process.pid } }, destination);
}
