/** Frees a stack of our own backend whose last change was killed: only when every process that locked it is dead. */
import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ourFolder } from "./backend.ts";
import { type PoolStack, PROJECT } from "./workspace.ts";

interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

export async function freeStaleLock({ stack, backend }: PoolStack): Promise<void> {
  if (!backend.isOurs) return;
  const folder = join(ourFolder(), "state", ".pulumi", "locks", "organization", PROJECT, stack.name);
  const locks = locksIn(folder);
  if (locks.length > 0 && locks.every((lock) => lock.hostname === hostname() && !isAlive(lock.pid)))
    await stack.cancel();
}

function locksIn(folder: string): Lock[] {
  try {
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Lock);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
