/** The pools that this user applied, by name: where the stack of each lies. Pointers only, never a copy of outputs. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lidoHome } from "../../worker/index.ts";

export interface PoolPointer {
  readonly pool: string;
  /** `organization/project/stack` */
  readonly stack: string;
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string>>;
}

function folder(): string {
  return join(lidoHome(), "pools");
}

export function writePointer(pointer: PoolPointer): void {
  const file = join(folder(), `${pointer.pool}.json`);
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(pointer)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function readPointer(pool: string): PoolPointer | undefined {
  try {
    return JSON.parse(readFileSync(join(folder(), `${pool}.json`), "utf8")) as PoolPointer;
  } catch {
    return undefined;
  }
}

export function removePointer(pool: string): void {
  rmSync(join(folder(), `${pool}.json`), { force: true });
}

/** Names, sorted. */
export function appliedPools(): string[] {
  try {
    const names = readdirSync(folder()).filter((name) => name.endsWith(".json"));
    return names.map((name) => name.slice(0, -".json".length)).toSorted();
  } catch {
    return [];
  }
}
