/** When a process began, in the system's own words: with the pid it names a process for ever, since pids are used again. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** undefined when there is no such process, or only its remains (a zombie). */
export function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") return startByPs(pid);
  try {
    // The second field is the command in parentheses and may hold blanks: count from the last `)`.
    const fields = (readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1) ?? "").split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
