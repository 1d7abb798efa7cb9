/**
 * A controller that this command started while another command's was quicker: it leaves by itself once it finds the lock
 * taken. It must not outlive the command, or it would take over when the other one is told to stop. It never touches a
 * process that is not this command's own child.
 */
import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "./connection.ts";

/** Milliseconds that it is given to leave by itself, and then to obey a signal. */
const LEAVE_MS = 2_000;
const LOOK_MS = 5;

/** Sees to it that the child is gone. False when the other one ended meanwhile: then the child is the one to serve. */
export async function hasYielded(child: ChildProcess, other: Connection): Promise<boolean> {
  const over = new AbortController();
  void other.closed.then(() => over.abort());
  const isOpen = (): boolean => !hasEnded(child) && !over.signal.aborted;
  for (const signal of ["SIGTERM", "SIGKILL", undefined] as const) {
    const deadline = Date.now() + LEAVE_MS;
    while (isOpen() && Date.now() < deadline) await delay(LOOK_MS);
    if (!isOpen()) break;
    if (signal !== undefined) child.kill(signal);
  }
  return hasEnded(child) || !over.signal.aborted;
}

/** Also one that never began. */
function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}
