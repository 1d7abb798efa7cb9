/** Processes of a test run, found by what only they have: its folder in their command line or environment. Linux only. */
import { readdirSync, readFileSync } from "node:fs";
import { processStart } from "../../../provider/machines/local/process-start.ts";

export interface Found {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every living process whose command line or environment names `folder`, this one excepted. */
export function processesNaming(folder: string): Found[] {
  return readdirSync("/proc").flatMap((name): Found[] => {
    const pid = Number(name);
    if (!/^\d+$/.test(name) || pid === process.pid) return [];
    const command = read(pid, "cmdline").replaceAll("\0", " ").trim();
    if (!command.includes(folder) && !read(pid, "environ").includes(folder)) return [];
    const [state, parent] = (read(pid, "stat").split(") ").at(-1) ?? "").split(" ");
    return state === undefined || state === "" || "ZX".includes(state)
      ? []
      : [{ pid, parent: Number(parent), command }];
  });
}

export function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

/** Quiet when it is gone already. */
export function kill9(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
