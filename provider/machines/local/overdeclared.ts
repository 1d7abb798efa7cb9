/** Compares what a local worker is declared to have with what this computer has. A declaration is believed all the same: it is a share. */
import { execFile } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import { promisify } from "node:util";
import type { ResourceChoice } from "../../../spec/index.ts";
import { acceleratorWords, countAccelerators, countOf } from "../accelerators.ts";

const GIB = 1024 ** 3;
const run = promisify(execFile);

/** One sentence fragment, or undefined when a single worker fits. */
export async function overdeclared({ anyOf: [asked] }: ResourceChoice): Promise<string | undefined> {
  const { cpus, memoryGiB, accelerator } = asked ?? {};
  const memory = Math.round((totalmem() / GIB) * 10) / 10;
  const parts = [
    cpus !== undefined && cpus.value > availableParallelism()
      ? `${cpus.value} cpus (has ${availableParallelism()})`
      : "",
    memoryGiB !== undefined && memoryGiB.value > memory ? `${memoryGiB.value} GB of memory (has ${memory})` : "",
  ];
  if (accelerator !== undefined) {
    const there = await accelerators();
    const lacks = there !== undefined && countOf(there, accelerator.name) < accelerator.count;
    parts.push(lacks ? `${accelerator.count} ${accelerator.name} (has ${acceleratorWords(there)})` : "");
  }
  const more = parts.filter((part) => part !== "").join(", ");
  if (more === "") return undefined;
  return `warning: a worker is declared with more than this computer has: ${more}. Jobs get what there is`;
}

/** undefined where nobody can tell. */
async function accelerators(): Promise<Record<string, number> | undefined> {
  try {
    const query = ["--query-gpu=name", "--format=csv,noheader"];
    const { stdout } = await run("nvidia-smi", query, { timeout: 20_000 });
    return countAccelerators(stdout.split("\n").filter((line) => line.trim() !== ""));
  } catch {
    return undefined;
  }
}
