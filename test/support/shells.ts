/** The shells that a worker's `sh` may be, each put first on the PATH of the workers that a test starts. */
import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Shell {
  readonly name: string;
  readonly program: string;
  /** BusyBox: with its own forms of the other tools too. */
  readonly tools?: true;
}

export const SHELLS: readonly Shell[] = [
  { name: "dash", program: "/bin/dash" },
  { name: "bash", program: "/bin/bash" },
  { name: "BusyBox ash", program: "/bin/busybox" },
  { name: "BusyBox, all of it,", program: "/bin/busybox", tools: true },
];

export function hasShell({ program }: Shell): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** From here on `sh` is that shell, until it is disposed of. */
export function useShell({ program, tools }: Shell): Disposable {
  const folder = mkdtempSync(join(tmpdir(), "lido-shell-"));
  const before = process.env.PATH ?? "";
  if (tools) execFileSync(program, ["--install", "-s", folder]);
  else symlinkSync(program, join(folder, "sh"));
  process.env.PATH = `${folder}:${before}`;
  return {
    [Symbol.dispose]: () => {
      process.env.PATH = before;
      rmSync(folder, { recursive: true });
    },
  };
}
