/** Deletes a folder of local workers, but never while anything is mounted below it: what is mounted is not the worker's. */
import { realpath, rm } from "node:fs/promises";
import { UserError } from "../../../spec/index.ts";
import { mountsBelow, readMounts } from "../../prepare/index.ts";

/** `name`: of the worker or pool, for the message. @throws UserError */
export async function removeUnmounted(folder: string, name: string): Promise<void> {
  await refuseMounted(folder, name);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** @throws UserError when something is mounted below the folder */
export async function refuseMounted(folder: string, name: string): Promise<void> {
  const mounts = mountsBelow(await realpath(folder).catch(() => folder), readMounts());
  if (mounts.length > 0) {
    throw new UserError(
      `${name}: ${mounts.join(", ")} is still mounted, so its folder ${folder} stays: deleting it would delete what is mounted there. Unmount it (fusermount3 -u), then run this again.`,
      { exitCode: 8 },
    );
  }
}
