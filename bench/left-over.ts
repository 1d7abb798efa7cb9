/** Processes that still work in a folder: by their command line, their working folder or their LIDO_HOME. Linux only. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface LeftOver {
  readonly pid: number;
  readonly commandLine: string;
}

/** Empty where there is no /proc. */
export function leftOver(folder: string): readonly LeftOver[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), commandLine: look(() => text(name, "cmdline")) }))
    .filter(({ pid, commandLine }) => {
      const cwd = look(() => readlinkSync(`/proc/${pid}/cwd`));
      const environment = look(() => text(`${pid}`, "environ"));
      return [commandLine, cwd, environment].some((words) => words.includes(folder));
    });
}

function text(pid: string, file: "cmdline" | "environ"): string {
  return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ").trim();
}

/** What has ended meanwhile, or is somebody else's, is not ours. */
function look(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
