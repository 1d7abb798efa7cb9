/** Processes of a worker, by what it wrote down itself in its pool's directory. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The supervisor of that slot, while its folder is there. */
export function supervisorPid(dir: string, slot = "slots/0"): number | undefined {
  return pidIn(/^(\d+) /, readAll(join(dir, slot, "pid")));
}

/** The job of an attempt that runs: a claim's second line begins with a blank and its pid. */
export function jobPid(claim: string): number | undefined {
  return pidIn(/\n (\d+) /, readAll(claim));
}

/** All of both. */
export function writtenPids(dir: string): readonly number[] {
  const supervisors = globSync("slots/*", { cwd: dir }).map((slot) => supervisorPid(dir, slot));
  const jobs = globSync("jobs/*/*.claim", { cwd: dir }).map((file) => jobPid(join(dir, file)));
  return [...supervisors, ...jobs].filter((pid) => pid !== undefined);
}

function pidIn(pattern: RegExp, text: string): number | undefined {
  const [, pid] = pattern.exec(text) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

function readAll(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
