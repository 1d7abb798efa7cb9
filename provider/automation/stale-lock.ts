/** Frees a stack in a folder of this computer whose last change was killed: only when every process that locked it is dead. */
import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type PoolStack, PROJECT } from "./workspace.ts";

interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

export async function freeStaleLock({ stack, backend }: PoolStack): Promise<void> {
  if (backend.folder === "") return;
  const locks = locksIn(join(backend.folder, ".pulumi", "locks", "organization", PROJECT, stack.name));
  if (locks.length > 0 && locks.every((lock) => lock.hostname === hostname() && !isAlive(lock.pid)))
    await stack.cancel();
}

/** Beside each lock the backend keeps a file `….json.attrs`, which is none. */
function locksIn(folder: string): Lock[] {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Lock);
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
