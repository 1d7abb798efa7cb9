/** Decides what a local worker offers: what the pool declares, else what this computer has. */
import { statfs } from "node:fs/promises";
import { availableParallelism, homedir, totalmem } from "node:os";
import type { ResourceChoice } from "../../../spec/index.ts";
import type { Capacity } from "../../../worker/index.ts";

const GIB = 1024 ** 3;

export async function localCapacity(choice: ResourceChoice): Promise<Capacity> {
  const [asked] = choice.anyOf;
  const accelerator = asked?.accelerator;
  return {
    cpus: asked?.cpus?.value ?? availableParallelism(),
    memoryGiB: asked?.memoryGiB?.value ?? round(totalmem() / GIB),
    diskGiB: asked?.diskGiB ?? (await freeDiskGiB()),
    accelerators: accelerator === undefined ? {} : { [accelerator.name]: accelerator.count },
  };
}

async function freeDiskGiB(): Promise<number> {
  const disk = await statfs(homedir()).catch(() => undefined);
  return disk === undefined ? 0 : round((disk.bavail * disk.bsize) / GIB);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
