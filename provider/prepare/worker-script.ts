/** The shell text of what runs on a worker for a preparation, from the folder beside this file. */
import { readFileSync } from "node:fs";

export type WorkerScript = "after-job" | "bucket" | "checkout" | "keeper" | "rclone" | "run-script" | "unmount";

export function workerScript(name: WorkerScript): string {
  return readFileSync(new URL(`./worker/${name}.sh`, import.meta.url), "utf8");
}
