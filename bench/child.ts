/** Ends a child process and waits for that; one that has ended already, by whatever, is fine. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const over = once(child, "exit");
  child.kill("SIGTERM");
  await over;
}
