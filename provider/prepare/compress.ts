/**
 * Decides whether files are sent compressed. gzip at its lowest level packs some 100 MB a second on one core: more than any
 * link between two sites carries, less than what goes through memory to a worker on this computer. So: never to a near
 * worker, never for less than what fits in a few packets, and only when a sample says that at least a third goes away
 * (text does; images, archives and weights do not).
 */
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import type { LocalFile } from "./hash.ts";

const WORTH_BYTES = 256 * 1024;
const SAMPLES = 16;
const SAMPLE_BYTES = 32 * 1024;
const WORTH_RATIO = 2 / 3;

export function paysToCompress(folder: string, files: readonly LocalFile[], isNear: boolean): boolean {
  const regular = files.filter(({ kind }) => kind === "file");
  const total = regular.reduce((sum, { size }) => sum + size, 0);
  if (isNear || total < WORTH_BYTES) return false;
  return sampledRatio(folder, sampleOf(regular, total)) < WORTH_RATIO;
}

/** Files at equal distances in the row of all bytes, so that the large ones, which matter, are hit most. */
function sampleOf(
  files: readonly LocalFile[],
  total: number,
): readonly { readonly path: string; readonly at: number }[] {
  const picked: { path: string; at: number }[] = [];
  let before = 0;
  for (const { path, size } of files) {
    while (picked.length < SAMPLES && (picked.length + 0.5) * (total / SAMPLES) < before + size) {
      picked.push({ path, at: Math.floor((picked.length + 0.5) * (total / SAMPLES) - before) });
    }
    before += size;
  }
  return picked;
}

function sampledRatio(folder: string, samples: readonly { readonly path: string; readonly at: number }[]): number {
  let read = 0;
  let packed = 0;
  for (const { path, at } of samples) {
    const bytes = bytesAt(join(folder, path), at);
    read += bytes.length;
    packed += deflateRawSync(bytes, { level: 1 }).length;
  }
  return read === 0 ? 1 : packed / read;
}

function bytesAt(path: string, at: number): Buffer {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(SAMPLE_BYTES);
    return buffer.subarray(0, readSync(file, buffer, 0, SAMPLE_BYTES, at));
  } finally {
    closeSync(file);
  }
}
