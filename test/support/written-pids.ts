/** Processes of a worker, by what it wrote down itself in its pool's directory. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { processStart } from "../../provider/machines/local/process-start.ts";

const SUPERVISOR = /^(\d+) (\d+) /;
const JOB = /\n (\d+) (\d+)/;

/** The supervisor of that slot, while its folder is there. */
export function supervisorPid(dir: string, slot = "slots/0"): number | undefined {
  return processIn(SUPERVISOR, join(dir, slot, "pid"))?.pid;
}

/** The job of an attempt that runs: a claim's second line begins with a blank and its pid. */
export function jobPid(claim: string): number | undefined {
  return processIn(JOB, claim)?.pid;
}

/** All of both, but for those whose number is another process's by now. */
export function writtenPids(dir: string): readonly number[] {
  const supervisors = globSync("slots/*/pid", { cwd: dir }).map((file) => processIn(SUPERVISOR, join(dir, file)));
  const jobs = globSync("jobs/*/*.claim", { cwd: dir }).map((file) => processIn(JOB, join(dir, file)));
  return [...supervisors, ...jobs].flatMap((one) => (one && !isTaken(one) ? [one.pid] : []));
}

interface WrittenProcess {
  readonly pid: number;
  readonly start: string;
}

/** What is left of a process is still its own, and so is a number that nobody has. */
function isTaken({ pid, start }: WrittenProcess): boolean {
  const now = processStart(pid);
  return now !== undefined && now !== start;
}

function processIn(pattern: RegExp, file: string): WrittenProcess | undefined {
  const [, pid, start] = pattern.exec(readAll(file)) ?? [];
  return pid === undefined || start === undefined ? undefined : { pid: Number(pid), start };
}

function readAll(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
