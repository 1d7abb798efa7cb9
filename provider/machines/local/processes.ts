/**
 * Finds every process that belongs to one local worker: those with its home as HOME, and those in the process groups
 * and sessions of these. It names processes only by what the worker's folder vouches for, never by their command.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Seen {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  readonly isOfHome: boolean;
}

export function processesOfHome(home: string): number[] {
  const all = process.platform === "linux" ? seenByProc(home) : seenByPs(home);
  const others = all.filter(({ pid }) => pid !== process.pid);
  const own = new Set(others.filter(({ isOfHome }) => isOfHome).map(({ pid }) => pid));
  return others
    .filter(({ pid, group, session }) => own.has(pid) || own.has(group) || own.has(session))
    .map(({ pid }) => pid);
}

function seenByProc(home: string): Seen[] {
  return readdirSync("/proc").flatMap((name): Seen[] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(join("/proc", name, "stat"), "utf8");
      const [state, , group, session] = (stat.split(") ").at(-1) ?? "").split(" ");
      if (state === "Z" || state === "X") return [];
      return [{ pid: Number(name), group: Number(group), session: Number(session), isOfHome: hasHome(name, home) }];
    } catch {
      return [];
    }
  });
}

function hasHome(pid: string, home: string): boolean {
  try {
    return readFileSync(join("/proc", pid, "environ"), "utf8")
      .split("\0")
      .includes(`HOME=${home}`);
  } catch {
    // Another user's, or gone this moment.
    return false;
  }
}

/** macOS: `ps -E` shows the environment of one's own processes. */
function seenByPs(home: string): Seen[] {
  const text = execFileSync("ps", ["-axww", "-E", "-o", "pid=,pgid=,sess=,command="], { encoding: "utf8" });
  return text.split("\n").flatMap((line): Seen[] => {
    const [pid, group, session] = line.trim().split(/\s+/);
    if (pid === undefined || group === undefined) return [];
    const isOfHome = ` ${line} `.includes(` HOME=${home} `);
    return [{ pid: Number(pid), group: Number(group), session: Number(session), isOfHome }];
  });
}
