/** How much of the disk the copies may take: never what the queue itself needs to go on. */
import { statfs } from "node:fs/promises";

/** Below that nothing more is copied. */
export const RESERVE_BYTES = 64 * 1024 * 1024;
/** Of a small disk. */
const RESERVE_SHARE = 0.1;

/** Why `bytes` more do not go there now; `undefined` when they do. */
export async function noRoom(folder: string, bytes: number): Promise<string | undefined> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const reserve = Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  if (free - bytes >= reserve) return undefined;
  return `Logs stay on the workers: the disk of ${folder} has ${Math.floor(free / 1024 / 1024)} MB left. Make room there; they are copied then.`;
}
