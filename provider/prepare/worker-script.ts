/** The shell text of what runs on a worker for a preparation, from the folder beside this file. */
import { readFileSync } from "node:fs";

export type WorkerScript = "after-job" | "bucket" | "checkout" | "keeper" | "rclone" | "run-script" | "unmount";

/** Each script goes to the worker as one text, so what several need stands before each of them. */
const ASK_FOR_MOUNTS: ReadonlySet<WorkerScript> = new Set<WorkerScript>(["after-job", "bucket", "unmount"]);

export function workerScript(name: WorkerScript): string {
  return `${ASK_FOR_MOUNTS.has(name) ? textOf("mounts") : ""}${textOf(name)}`;
}

function textOf(name: WorkerScript | "mounts"): string {
  return readFileSync(new URL(`./worker/${name}.sh`, import.meta.url), "utf8");
}
